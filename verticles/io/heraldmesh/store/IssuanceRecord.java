package io.heraldmesh.store;

import java.time.Instant;

/**
 * One certificate that was issued.
 *
 * @param serialHex lower-case hex without leading zeros; unique in the log
 * @param spiffeId the identity in the certificate
 * @param node the node that asked
 * @param fingerprint SHA-256 of the leaf's DER, lower-case hex
 * @param requester the identity of whoever asked
 */
public record IssuanceRecord(
    String serialHex,
    String spiffeId,
    String node,
    Instant notBefore,
    Instant notAfter,
    Instant issuedAt,
    String fingerprint,
    String requester) {}
