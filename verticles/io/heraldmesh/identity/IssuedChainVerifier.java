package io.heraldmesh.identity;

import io.heraldmesh.crypto.Crypto;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Judges what one authority issued as every peer will: with all that {@link PeerVerifier} checks,
 * for each role. Only a signature that was found good is not looked at again: a leaf's in the other
 * role, and those of the authority's own certificates, which stand in every chain. Thread-safe.
 */
public final class IssuedChainVerifier {
  /** More than an authority has; they are remembered as long as this object. */
  private static final int MOST_AUTHORITIES = 64;

  private final Signatures leaves;
  private final Signatures authorities;

  public IssuedChainVerifier(Crypto crypto) {
    this(Signatures.checkedWith(crypto));
  }

  IssuedChainVerifier(Signatures signatures) {
    this.leaves = signatures;
    this.authorities = new ProvenSignatures(signatures, MOST_AUTHORITIES);
  }

  /**
   * The verdict of {@link PeerVerifier#verify} in each role.
   *
   * @param chain leaf first
   */
  public Map<PeerRole, PeerVerdict> verify(
      List<X509Certificate> chain, TrustBundle bundle, Instant now) {
    Signatures leaf = new ProvenSignatures(leaves, PeerRole.values().length);
    PeerVerifier verifier =
        new PeerVerifier(
            (issuerKey, certificate) ->
                (certificate.equals(chain.getFirst()) ? leaf : authorities)
                    .by(issuerKey, certificate));
    Map<PeerRole, PeerVerdict> verdicts = new EnumMap<>(PeerRole.class);
    for (PeerRole role : PeerRole.values()) {
      verdicts.put(role, verifier.verify(chain, bundle, role, now));
    }
    return verdicts;
  }
}
