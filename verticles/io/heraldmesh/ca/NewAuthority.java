package io.heraldmesh.ca;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.TBSCertificate;

/** Makes the keys and certificates of a new authority. */
final class NewAuthority {
  private static final Duration ROOT_LIFE = Duration.ofDays(3650);
  private static final Duration ISSUER_LIFE = Duration.ofDays(365);

  /** Less than this is not worth a new intermediate. */
  private static final Duration LEAST_GAIN = Duration.ofDays(1);

  private NewAuthority() {}

  /** A root that was made, with its key. */
  record Root(X509Certificate certificate, PrivateKey key) {
    /** Without the key. */
    @Override
    public String toString() {
      return "Root[" + certificate.getSubjectX500Principal() + "]";
    }
  }

  static AuthorityMaterial make(
      TrustDomain trustDomain, Instant now, Crypto crypto, SecureRandom random) {
    Root root = root(trustDomain, now, crypto, random);
    KeyPair issuerKeys = keys(crypto, random);
    Instant notBefore = notBefore(now);
    X509Certificate issuer =
        intermediate(
            trustDomain,
            issuerKeys.getPublic(),
            notBefore,
            notBefore.plus(ISSUER_LIFE),
            root.certificate(),
            root.key(),
            crypto,
            random);
    return new AuthorityMaterial(
        issuer, issuerKeys.getPrivate(), List.of(issuer), List.of(root.certificate()), root.key());
  }

  /** P-256, 10 years. */
  static Root root(TrustDomain trustDomain, Instant now, Crypto crypto, SecureRandom random) {
    KeyPair keys = keys(crypto, random);
    X500Name name = name("root", trustDomain, random);
    Instant notBefore = notBefore(now);
    X509Certificate certificate =
        signed(
            CertificateTemplate.authority(
                new SpiffeId(trustDomain, ""),
                name,
                keys.getPublic(),
                1,
                null,
                SerialNumber.next(random),
                notBefore,
                notBefore.plus(ROOT_LIFE),
                name,
                keys.getPublic()),
            keys.getPrivate(),
            keys.getPublic(),
            crypto);
    return new Root(certificate, keys.getPrivate());
  }

  /** Whether half of the intermediate's year is over, and {@code root} can give it another one. */
  static boolean isDue(X509Certificate issuer, X509Certificate root, Instant now) {
    Instant end = issuer.getNotAfter().toInstant();
    return !now.isBefore(end.minus(ISSUER_LIFE.dividedBy(2)))
        && successorsEnd(root, now).isAfter(end.plus(LEAST_GAIN));
  }

  /**
   * What signs after {@code issuer}, under the same root. It is valid from when that one was: were
   * this made by a clock that is ahead, it could still sign when the clock is right again.
   */
  static X509Certificate successor(
      TrustDomain trustDomain,
      PublicKey key,
      X509Certificate issuer,
      X509Certificate root,
      PrivateKey rootKey,
      Instant now,
      Crypto crypto,
      SecureRandom random) {
    return intermediate(
        trustDomain,
        key,
        issuer.getNotBefore().toInstant(),
        successorsEnd(root, now),
        root,
        rootKey,
        crypto,
        random);
  }

  private static Instant successorsEnd(X509Certificate root, Instant now) {
    Instant end = root.getNotAfter().toInstant();
    Instant wanted = now.plus(ISSUER_LIFE).truncatedTo(ChronoUnit.SECONDS);
    return wanted.isAfter(end) ? end : wanted;
  }

  /** Signs leaves only, and only of this trust domain. */
  static X509Certificate intermediate(
      TrustDomain trustDomain,
      PublicKey key,
      Instant notBefore,
      Instant notAfter,
      X509Certificate root,
      PrivateKey rootKey,
      Crypto crypto,
      SecureRandom random) {
    return signed(
        CertificateTemplate.authority(
            new SpiffeId(trustDomain, ""),
            name("issuer", trustDomain, random),
            key,
            0,
            trustDomain,
            SerialNumber.next(random),
            notBefore,
            notAfter,
            CertificateTemplate.subject(root),
            root.getPublicKey()),
        rootKey,
        root.getPublicKey(),
        crypto);
  }

  private static X509Certificate signed(
      TBSCertificate tbs, PrivateKey key, PublicKey publicKey, Crypto crypto) {
    try {
      return CertificateTemplate.sign(tbs, key, publicKey, crypto);
    } catch (GeneralSecurityException e) {
      throw new AuthorityException("an authority's certificate cannot be signed", e);
    }
  }

  private static Instant notBefore(Instant now) {
    return now.minus(Authority.BACKDATE).truncatedTo(ChronoUnit.SECONDS);
  }

  /** P-256. */
  static KeyPair keys(Crypto crypto, SecureRandom random) {
    try {
      KeyPairGenerator generator = crypto.keyPairGenerator("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AuthorityException("no key of an authority can be made", e);
    }
  }

  /** Random, so that two authorities of one trust domain never have the same name. */
  private static X500Name name(String role, TrustDomain trustDomain, SecureRandom random) {
    byte[] mark = new byte[4];
    random.nextBytes(mark);
    // RFC 5280 allows 64 characters in a common name and an organization; a trust domain has 255.
    String domain = trustDomain.name();
    return new X500NameBuilder()
        .addRDN(BCStyle.O, domain.length() <= 64 ? domain : domain.substring(0, 64))
        .addRDN(BCStyle.CN, "Herald " + role + " " + HexFormat.of().formatHex(mark))
        .build();
  }
}
