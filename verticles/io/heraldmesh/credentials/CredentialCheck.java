package io.heraldmesh.credentials;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.KeyMatch;
import io.heraldmesh.identity.PeerRole;
import io.heraldmesh.identity.PeerVerdict;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What must be true of a leaf before it is put to use. Costs a few signatures; does no I/O. */
final class CredentialCheck {
  private final Crypto crypto;
  private final PeerVerifier verifier;

  CredentialCheck(Crypto crypto) {
    this.crypto = crypto;
    this.verifier = new PeerVerifier(crypto);
  }

  /** What is wrong, as a sentence without secrets; empty when all is well. */
  Optional<String> problem(
      SpiffeId id, PrivateKey key, List<X509Certificate> chain, TrustBundle bundle, Instant now) {
    for (PeerRole role : PeerRole.values()) {
      switch (verifier.verify(chain, bundle, role, now)) {
        case PeerVerdict.Refused(var reason, var detail) -> {
          return Optional.of("the certificate does not verify: " + reason + ", " + detail);
        }
        case PeerVerdict.Accepted(SpiffeId found, var _) when !found.equals(id) -> {
          return Optional.of("the certificate is of " + found + ", not of " + id);
        }
        case PeerVerdict.Accepted _ -> {}
      }
    }
    return KeyMatch.fits(key, chain.getFirst(), crypto)
        ? Optional.empty()
        : Optional.of("the private key does not belong to the certificate");
  }
}
