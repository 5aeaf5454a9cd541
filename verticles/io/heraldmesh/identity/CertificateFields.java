package io.heraldmesh.identity;

import java.io.IOException;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.jspecify.annotations.Nullable;

/**
 * What a path check needs of one certificate, read from the raw extensions. The JDK's getters are
 * not used for these: several answer "absent" for an extension that is there but cannot be read.
 *
 * @param pathLength how many authorities may stand below it; very large when it does not say
 * @param keyUsage null when absent
 * @param keyPurposes object identifiers; null when the extension is absent
 * @param names of the subject alternative name extension; empty when it is absent
 */
record CertificateFields(
    X509Certificate certificate,
    X500Principal subject,
    X500Principal issuer,
    boolean authority,
    int pathLength,
    @Nullable KeyUsage keyUsage,
    @Nullable Set<String> keyPurposes,
    List<GeneralName> names,
    Optional<NameConstraints> constraints) {

  /** The critical extensions that the path check really processes; any other is refused. */
  private static final Set<String> PROCESSED =
      Set.of(
          Extension.basicConstraints.getId(),
          Extension.keyUsage.getId(),
          Extension.extendedKeyUsage.getId(),
          Extension.subjectAlternativeName.getId(),
          Extension.nameConstraints.getId());

  private static final int MAX_NAMES = 256;
  private static final BigInteger MAX_PATH_LENGTH = BigInteger.valueOf(Integer.MAX_VALUE);

  static CertificateFields of(X509Certificate certificate) throws PathRefused {
    if (certificate.getVersion() != 3) {
      throw new PathRefused(PeerRefusal.MALFORMED, "certificate is not version 3");
    }
    Set<String> critical = certificate.getCriticalExtensionOIDs();
    if (critical != null && !PROCESSED.containsAll(critical)) {
      Set<String> unknown = new TreeSet<>(critical);
      unknown.removeAll(PROCESSED);
      throw new PathRefused(
          PeerRefusal.CRITICAL_EXTENSION, "unknown critical extension " + unknown);
    }
    try {
      return read(certificate);
    } catch (IOException | IllegalArgumentException | IllegalStateException e) {
      throw new PathRefused(PeerRefusal.MALFORMED, "extension cannot be read");
    }
  }

  private static CertificateFields read(X509Certificate certificate)
      throws IOException, PathRefused {
    ASN1Primitive basic = extension(certificate, Extension.basicConstraints);
    BasicConstraints constraints = basic == null ? null : BasicConstraints.getInstance(basic);
    ASN1Primitive usage = extension(certificate, Extension.keyUsage);
    ASN1Primitive purposes = extension(certificate, Extension.extendedKeyUsage);
    ASN1Primitive alternative = extension(certificate, Extension.subjectAlternativeName);
    ASN1Primitive named = extension(certificate, Extension.nameConstraints);
    return new CertificateFields(
        certificate,
        certificate.getSubjectX500Principal(),
        certificate.getIssuerX500Principal(),
        constraints != null && constraints.isCA(),
        pathLength(constraints),
        usage == null ? null : KeyUsage.getInstance(usage),
        purposes == null ? null : purposes(ExtendedKeyUsage.getInstance(purposes)),
        alternative == null ? List.of() : names(GeneralNames.getInstance(alternative)),
        named == null ? Optional.empty() : Optional.of(NameConstraints.parse(named)));
  }

  boolean has(ASN1ObjectIdentifier extension) {
    return certificate.getExtensionValue(extension.getId()) != null;
  }

  boolean critical(ASN1ObjectIdentifier extension) {
    Set<String> critical = certificate.getCriticalExtensionOIDs();
    return critical != null && critical.contains(extension.getId());
  }

  boolean mayUse(int bit) {
    return keyUsage != null && keyUsage.hasUsages(bit);
  }

  boolean emptySubject() {
    return emptyName(subject);
  }

  boolean emptyIssuer() {
    return emptyName(issuer);
  }

  boolean selfIssued() {
    return subject.equals(issuer);
  }

  private static boolean emptyName(X500Principal name) {
    return name.getName().isEmpty();
  }

  private static int pathLength(@Nullable BasicConstraints constraints) {
    BigInteger length = constraints == null ? null : constraints.getPathLenConstraint();
    if (length == null) {
      return Integer.MAX_VALUE;
    }
    if (length.signum() < 0) {
      throw new IllegalArgumentException("negative path length");
    }
    return length.min(MAX_PATH_LENGTH).intValue();
  }

  private static Set<String> purposes(ExtendedKeyUsage usage) {
    Set<String> ids = new HashSet<>();
    for (KeyPurposeId id : usage.getUsages()) {
      ids.add(id.getId());
    }
    return ids;
  }

  private static List<GeneralName> names(GeneralNames names) throws PathRefused {
    GeneralName[] list = names.getNames();
    if (list.length == 0 || list.length > MAX_NAMES) {
      throw new PathRefused(
          PeerRefusal.MALFORMED, "no or more than " + MAX_NAMES + " subject alternative names");
    }
    return List.of(list);
  }

  private static @Nullable ASN1Primitive extension(
      X509Certificate certificate, ASN1ObjectIdentifier id) throws IOException {
    byte[] value = certificate.getExtensionValue(id.getId());
    // fromByteArray refuses bytes after the value.
    return value == null
        ? null
        : ASN1Primitive.fromByteArray(ASN1OctetString.getInstance(value).getOctets());
  }
}
