package io.heraldmesh.ca;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.SignatureScheme;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.jspecify.annotations.Nullable;

/** Builds what is to be signed, apart from signing it, so that it can be checked in between. */
final class CertificateTemplate {
  private CertificateTemplate() {}

  /**
   * A leaf under the X509-SVID profile: empty subject and so a critical SAN with the SPIFFE ID
   * alone; both key purposes; never an authority.
   */
  static TBSCertificate leaf(
      SpiffeId id,
      PublicKey key,
      BigInteger serial,
      Instant notBefore,
      Instant notAfter,
      X509Certificate issuer,
      PublicKey issuerKey) {
    ExtensionsGenerator extensions = new ExtensionsGenerator();
    int usage = KeyUsage.digitalSignature;
    if (key.getAlgorithm().equals("RSA")) {
      usage |= KeyUsage.keyEncipherment;
    }
    try {
      extensions.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
      extensions.addExtension(
          Extension.extendedKeyUsage,
          false,
          new ExtendedKeyUsage(
              new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}));
      extensions.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      extensions.addExtension(
          Extension.subjectAlternativeName, true, new GeneralNames(uri(id.toString())));
      extensions.addExtension(Extension.subjectKeyIdentifier, false, keyIdentifier(key));
      extensions.addExtension(
          Extension.authorityKeyIdentifier, false, authorityKeyIdentifier(issuer, issuerKey));
    } catch (IOException e) {
      throw new AuthorityException("leaf cannot be encoded", e);
    }
    return tbs(
        new X500Name(new RDN[0]),
        key,
        serial,
        notBefore,
        notAfter,
        subject(issuer),
        SignatureScheme.of(issuerKey),
        extensions);
  }

  /**
   * An authority's certificate (X509-SVID section 3.2: its SPIFFE ID has no path).
   *
   * @param pathLength the most authorities below it
   * @param permitted the one trust domain whose SPIFFE IDs it may certify (RFC 5280 section
   *     4.2.1.10: the host of a URI); null: not constrained
   */
  static TBSCertificate authority(
      SpiffeId id,
      X500Name subject,
      PublicKey key,
      int pathLength,
      @Nullable TrustDomain permitted,
      BigInteger serial,
      Instant notBefore,
      Instant notAfter,
      X500Name issuer,
      PublicKey issuerKey) {
    ExtensionsGenerator extensions = new ExtensionsGenerator();
    try {
      extensions.addExtension(Extension.basicConstraints, true, new BasicConstraints(pathLength));
      extensions.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      if (permitted != null) {
        extensions.addExtension(
            Extension.nameConstraints,
            true,
            new NameConstraints(
                new GeneralSubtree[] {new GeneralSubtree(uri(permitted.name()))}, null));
      }
      extensions.addExtension(
          Extension.subjectAlternativeName, false, new GeneralNames(uri(id.toString())));
      extensions.addExtension(Extension.subjectKeyIdentifier, false, keyIdentifier(key));
      extensions.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          new AuthorityKeyIdentifier(keyIdentifier(issuerKey).getKeyIdentifier()));
    } catch (IOException e) {
      throw new AuthorityException("authority's certificate cannot be encoded", e);
    }
    return tbs(
        subject,
        key,
        serial,
        notBefore,
        notAfter,
        issuer,
        SignatureScheme.of(issuerKey),
        extensions);
  }

  /** The certificate: these bytes, signed. */
  static X509Certificate sign(
      TBSCertificate tbs, PrivateKey key, PublicKey publicKey, Crypto crypto)
      throws GeneralSecurityException {
    try {
      SignatureScheme scheme = SignatureScheme.of(publicKey);
      Signature signature = crypto.signature(scheme.jcaName());
      signature.initSign(key);
      signature.update(tbs.getEncoded(ASN1Encoding.DER));
      Certificate certificate =
          new Certificate(tbs, scheme.identifier(), new DERBitString(signature.sign()));
      return CertificateChain.certificate(certificate.getEncoded(ASN1Encoding.DER));
    } catch (IOException e) {
      throw new AuthorityException("certificate cannot be encoded", e);
    }
  }

  static X500Name subject(X509Certificate certificate) {
    return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
  }

  /** RFC 7093 section 2 method 1: the first 160 bits of SHA-256 over the key's bit string. */
  static SubjectKeyIdentifier keyIdentifier(PublicKey key) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(
                  SubjectPublicKeyInfo.getInstance(key.getEncoded())
                      .getPublicKeyData()
                      .getOctets());
      return new SubjectKeyIdentifier(Arrays.copyOf(digest, 20));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** What the issuer calls its own key; issuers made elsewhere may hash it in another way. */
  static AuthorityKeyIdentifier authorityKeyIdentifier(
      X509Certificate issuer, PublicKey issuerKey) {
    byte[] own = issuer.getExtensionValue(Extension.subjectKeyIdentifier.getId());
    if (own == null) {
      return new AuthorityKeyIdentifier(keyIdentifier(issuerKey).getKeyIdentifier());
    }
    byte[] value = ASN1OctetString.getInstance(own).getOctets();
    return new AuthorityKeyIdentifier(SubjectKeyIdentifier.getInstance(value).getKeyIdentifier());
  }

  private static GeneralName uri(String uri) {
    return new GeneralName(GeneralName.uniformResourceIdentifier, uri);
  }

  private static TBSCertificate tbs(
      X500Name subject,
      PublicKey key,
      BigInteger serial,
      Instant notBefore,
      Instant notAfter,
      X500Name issuer,
      SignatureScheme scheme,
      ExtensionsGenerator extensions) {
    V3TBSCertificateGenerator tbs = new V3TBSCertificateGenerator();
    tbs.setSerialNumber(new ASN1Integer(serial));
    tbs.setSignature(scheme.identifier());
    tbs.setIssuer(issuer);
    tbs.setStartDate(new Time(Date.from(notBefore)));
    tbs.setEndDate(new Time(Date.from(notAfter)));
    tbs.setSubject(subject);
    tbs.setSubjectPublicKeyInfo(SubjectPublicKeyInfo.getInstance(key.getEncoded()));
    tbs.setExtensions(extensions.generate());
    return tbs.generateTBSCertificate();
  }
}
