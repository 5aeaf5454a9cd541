package io.heraldmesh.ca;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.KeyStrength;
import io.heraldmesh.identity.TrustDomain;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** A root with its key, for as long as it signs the intermediates of control nodes. */
public final class OfflineRoot {
  /** The longest life of an intermediate. */
  public static final Duration MAX_LIFE = Duration.ofDays(1825);

  private final TrustDomain trustDomain;
  private final X509Certificate certificate;
  private final PrivateKey key;

  OfflineRoot(TrustDomain trustDomain, X509Certificate certificate, PrivateKey key) {
    this.trustDomain = trustDomain;
    this.certificate = certificate;
    this.key = key;
  }

  public TrustDomain trustDomain() {
    return trustDomain;
  }

  public X509Certificate certificate() {
    return certificate;
  }

  /**
   * An intermediate that signs leaves only (path length 0), and only with SPIFFE IDs of this trust
   * domain (name constraints). Never outlives the root.
   *
   * @throws AuthorityException when the key is below the floor
   */
  X509Certificate intermediate(
      PublicKey issuer, Duration life, Instant now, Crypto crypto, SecureRandom random) {
    Optional<String> weakness = KeyStrength.weakness(issuer);
    if (weakness.isPresent()) {
      throw new AuthorityException("the intermediate's " + weakness.get() + "; make a new key");
    }
    Instant end = certificate.getNotAfter().toInstant();
    Instant notBefore = now.minus(Authority.BACKDATE).truncatedTo(ChronoUnit.SECONDS);
    Instant from = certificate.getNotBefore().toInstant();
    Instant notAfter = now.plus(life).truncatedTo(ChronoUnit.SECONDS);
    return NewAuthority.intermediate(
        trustDomain,
        issuer,
        notBefore.isBefore(from) ? from : notBefore,
        notAfter.isAfter(end) ? end : notAfter,
        certificate,
        key,
        crypto,
        random);
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "OfflineRoot[" + certificate.getSubjectX500Principal() + "]";
  }
}
