package io.heraldmesh.ca;

import io.heraldmesh.identity.SpiffeId;
import java.math.BigInteger;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;

/** What a leaf was asked to be; the linter compares what was made with it. */
record Leaf(
    SpiffeId id,
    PublicKey key,
    BigInteger serial,
    Instant notBefore,
    Instant notAfter,
    X509Certificate issuer) {}
