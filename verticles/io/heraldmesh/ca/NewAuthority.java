package io.heraldmesh.ca;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
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

/** Makes the keys and certificates of a new authority. */
final class NewAuthority {
  private static final Duration ROOT_LIFE = Duration.ofDays(3650);
  private static final Duration ISSUER_LIFE = Duration.ofDays(365);

  private NewAuthority() {}

  static AuthorityMaterial make(
      TrustDomain trustDomain, Instant now, Crypto crypto, SecureRandom random) {
    try {
      SpiffeId id = new SpiffeId(trustDomain, "");
      Instant notBefore = now.minus(Authority.BACKDATE).truncatedTo(ChronoUnit.SECONDS);
      KeyPair rootKeys = keys(crypto, random);
      X500Name rootName = name("root", trustDomain, random);
      X509Certificate root =
          CertificateTemplate.sign(
              CertificateTemplate.authority(
                  id,
                  rootName,
                  rootKeys.getPublic(),
                  1,
                  SerialNumber.next(random),
                  notBefore,
                  notBefore.plus(ROOT_LIFE),
                  rootName,
                  rootKeys.getPublic()),
              rootKeys.getPrivate(),
              rootKeys.getPublic(),
              crypto);
      KeyPair issuerKeys = keys(crypto, random);
      X509Certificate issuer =
          CertificateTemplate.sign(
              CertificateTemplate.authority(
                  id,
                  name("issuer", trustDomain, random),
                  issuerKeys.getPublic(),
                  0,
                  SerialNumber.next(random),
                  notBefore,
                  notBefore.plus(ISSUER_LIFE),
                  rootName,
                  rootKeys.getPublic()),
              rootKeys.getPrivate(),
              rootKeys.getPublic(),
              crypto);
      return new AuthorityMaterial(
          issuer, issuerKeys.getPrivate(), List.of(issuer), List.of(root), rootKeys.getPrivate());
    } catch (GeneralSecurityException e) {
      throw new AuthorityException("a new authority cannot be made", e);
    }
  }

  private static KeyPair keys(Crypto crypto, SecureRandom random) throws GeneralSecurityException {
    KeyPairGenerator generator = crypto.keyPairGenerator("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), random);
    return generator.generateKeyPair();
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
