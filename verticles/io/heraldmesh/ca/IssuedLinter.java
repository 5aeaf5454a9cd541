package io.heraldmesh.ca;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.IssuedChainVerifier;
import io.heraldmesh.identity.PeerRole;
import io.heraldmesh.identity.PeerVerdict;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import java.io.IOException;
import java.math.BigInteger;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.jspecify.annotations.Nullable;

/**
 * Checks a leaf against what was asked for, field by field: once before it is signed and once as a
 * peer will see it. It reads the encoded bytes anew and shares no code with the template, so that a
 * mistake there cannot hide here.
 */
final class IssuedLinter {
  private static final Set<ASN1ObjectIdentifier> CRITICAL =
      Set.of(Extension.keyUsage, Extension.basicConstraints, Extension.subjectAlternativeName);

  private static final Set<ASN1ObjectIdentifier> NOT_CRITICAL =
      Set.of(
          Extension.extendedKeyUsage,
          Extension.subjectKeyIdentifier,
          Extension.authorityKeyIdentifier);

  private final TrustBundle bundle;
  private final IssuedChainVerifier verifier;

  IssuedLinter(TrustBundle bundle, Crypto crypto) {
    this.bundle = bundle;
    this.verifier = new IssuedChainVerifier(crypto);
  }

  /** Before signing: every field is what was asked, and there is no other. */
  void check(TBSCertificate made, Leaf asked) {
    TBSCertificate tbs;
    try {
      tbs = TBSCertificate.getInstance(ASN1Primitive.fromByteArray(der(made)));
    } catch (IOException | IllegalArgumentException e) {
      throw refuse("it cannot be read back", e);
    }
    require(tbs.getVersionNumber() == 3, "version");
    BigInteger serial = tbs.getSerialNumber().getValue();
    require(serial.equals(asked.serial()) && serial.signum() > 0, "serial");
    require(serial.bitLength() >= 128 && serial.bitLength() < 160, "serial's length");
    require(tbs.getSubject().getRDNs().length == 0, "subject");
    require(
        Arrays.equals(der(tbs.getIssuer()), asked.issuer().getSubjectX500Principal().getEncoded()),
        "issuer");
    require(instant(tbs.getStartDate().getDate()).equals(asked.notBefore()), "notBefore");
    require(instant(tbs.getEndDate().getDate()).equals(asked.notAfter()), "notAfter");
    require(
        !asked.notAfter().isAfter(instant(asked.issuer().getNotAfter())),
        "notAfter, which is after the issuer's");
    require(
        Arrays.equals(der(tbs.getSubjectPublicKeyInfo()), asked.key().getEncoded()), "public key");
    require(
        tbs.getIssuerUniqueId() == null && tbs.getSubjectUniqueId() == null, "unique identifiers");
    extensions(tbs.getExtensions(), asked);
  }

  /** After signing: the signed bytes are the checked ones, and every peer accepts the chain. */
  void check(List<X509Certificate> chain, TBSCertificate checked, Leaf asked, Instant now) {
    X509Certificate leaf = reread(chain.getFirst());
    try {
      require(Arrays.equals(leaf.getTBSCertificate(), der(checked)), "signed bytes");
    } catch (CertificateEncodingException e) {
      throw refuse("it cannot be read back", e);
    }
    for (var seen : verifier.verify(chain, bundle, now).entrySet()) {
      PeerRole role = seen.getKey();
      switch (seen.getValue()) {
        case PeerVerdict.Accepted(SpiffeId id, Instant notAfter) ->
            require(id.equals(asked.id()) && notAfter.equals(asked.notAfter()), "what peers see");
        case PeerVerdict.Refused(var reason, String detail) ->
            throw refuse("a peer would refuse it as " + role + ": " + reason + " " + detail, null);
      }
    }
  }

  private static void extensions(Extensions extensions, Leaf asked) {
    require(Set.of(extensions.getCriticalExtensionOIDs()).equals(CRITICAL), "critical extensions");
    require(
        Set.of(extensions.getNonCriticalExtensionOIDs()).equals(NOT_CRITICAL), "other extensions");
    GeneralName[] names =
        GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName).getNames();
    require(
        names.length == 1
            && names[0].getTagNo() == GeneralName.uniformResourceIdentifier
            && names[0].getName().toString().equals(asked.id().toString()),
        "subject alternative name");
    int expectedUsage =
        rsa(asked.key())
            ? KeyUsage.digitalSignature | KeyUsage.keyEncipherment
            : KeyUsage.digitalSignature;
    require(KeyUsage.fromExtensions(extensions).equals(new KeyUsage(expectedUsage)), "key usage");
    require(
        Set.of(ExtendedKeyUsage.fromExtensions(extensions).getUsages())
            .equals(Set.of(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth)),
        "extended key usage");
    require(!BasicConstraints.fromExtensions(extensions).isCA(), "basic constraints");
    require(SubjectKeyIdentifier.fromExtensions(extensions) != null, "subject key identifier");
    byte[] issuerOwn = asked.issuer().getExtensionValue(Extension.subjectKeyIdentifier.getId());
    byte[] named = AuthorityKeyIdentifier.fromExtensions(extensions).getKeyIdentifierOctets();
    require(
        named != null && (issuerOwn == null || endsWith(issuerOwn, named)),
        "authority key identifier");
  }

  /** The identifier is the last part of the nested octet strings. */
  private static boolean endsWith(byte[] value, byte[] tail) {
    return value.length == tail.length + 4
        && Arrays.equals(value, 4, value.length, tail, 0, tail.length);
  }

  private static boolean rsa(PublicKey key) {
    return Objects.equals(key.getAlgorithm(), "RSA");
  }

  private static X509Certificate reread(X509Certificate certificate) {
    return CertificateChain.parseDer(new CertificateChain(List.of(certificate)).der()).leaf();
  }

  private static Instant instant(Date date) {
    return date.toInstant();
  }

  private static byte[] der(ASN1Object object) {
    try {
      return object.getEncoded(ASN1Encoding.DER);
    } catch (IOException e) {
      throw refuse("it cannot be encoded", e);
    }
  }

  private static void require(boolean holds, String field) {
    if (!holds) {
      throw refuse("its " + field + " differs from what was asked", null);
    }
  }

  private static IssuanceRefused refuse(String why, @Nullable Throwable cause) {
    String message = "the certificate was not issued: " + why;
    return cause == null
        ? new IssuanceRefused(IssuanceRefused.Reason.CHECK_FAILED, message)
        : new IssuanceRefused(IssuanceRefused.Reason.CHECK_FAILED, message, cause);
  }
}
