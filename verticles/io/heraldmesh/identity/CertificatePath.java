package io.heraldmesh.identity;

import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.jspecify.annotations.Nullable;

/**
 * Finds a path from a leaf to one of the roots (RFC 5280 section 6) and holds every certificate on
 * it, the root too, to validity, key and signature floors, and what its issuer allows. Certificates
 * that are not on the path do not matter. One object for one check; not thread-safe.
 */
final class CertificatePath {
  /** The most certificates in a path, root included. */
  private static final int MAX_LENGTH = 10;

  /** Crossed signatures can make very many paths; a real chain needs a handful of checks. */
  private static final int MAX_SIGNATURE_CHECKS = 64;

  private static final int MAX_SERIAL_BITS = 160;

  private final Signatures signatures;
  private final Signatures authorities;
  private final Instant now;
  private final String purpose;
  private final List<X509Certificate> given;
  private final List<X509Certificate> roots;
  private final List<CertificateFields> path = new ArrayList<>();
  private int signatureChecks;
  private @Nullable PathRefused refusal;

  /**
   * @param authorities asked instead of {@code signatures} where a root signed an authority
   * @param given possible intermediates in any order
   */
  CertificatePath(
      Signatures signatures,
      Signatures authorities,
      List<X509Certificate> given,
      List<X509Certificate> roots,
      PeerRole role,
      Instant now) {
    this.signatures = signatures;
    this.authorities = authorities;
    this.given = given;
    this.roots = roots;
    this.purpose = purpose(role);
    // Certificates hold whole seconds, and are valid through the last one.
    this.now = now.truncatedTo(ChronoUnit.SECONDS);
  }

  /** The key purpose a peer in this role needs. */
  static String purpose(PeerRole role) {
    return switch (role) {
      case CLIENT -> KeyPurposeId.id_kp_clientAuth.getId();
      case SERVER -> KeyPurposeId.id_kp_serverAuth.getId();
    };
  }

  /** The earliest end of validity on the path found. */
  Instant check(CertificateFields leaf) throws PathRefused {
    requireSound(leaf);
    requireStrongSignature(leaf);
    if (leaf.has(Extension.nameConstraints)) {
      throw new PathRefused(PeerRefusal.MALFORMED, "name constraints in a leaf");
    }
    path.add(leaf);
    Optional<Instant> end = search();
    if (end.isPresent()) {
      return end.get();
    }
    throw refusal != null
        ? refusal
        : new PathRefused(
            PeerRefusal.UNTRUSTED,
            "no path from issuer \""
                + leaf.certificate().getIssuerX500Principal()
                + "\" to a root of the trust domain");
  }

  private Optional<Instant> search() throws PathRefused {
    CertificateFields last = path.getLast();
    for (X509Certificate candidate : roots) {
      if (signs(candidate, last, true)) {
        return Optional.of(
            path.stream()
                .map(f -> f.certificate().getNotAfter().toInstant())
                .reduce(candidate.getNotAfter().toInstant(), CertificatePath::earlier));
      }
    }
    for (X509Certificate candidate : given) {
      if (!onPath(candidate) && signs(candidate, last, false)) {
        if (path.size() + 2 > MAX_LENGTH) {
          throw new PathRefused(
              PeerRefusal.CHAIN_TOO_LONG, "path has more than " + MAX_LENGTH + " certificates");
        }
        try {
          path.add(CertificateFields.of(candidate));
          Optional<Instant> end = search();
          if (end.isPresent()) {
            return end;
          }
        } finally {
          path.removeLast();
        }
      }
    }
    return Optional.empty();
  }

  /** Whether {@code candidate} is the good issuer of {@code below}; remembers why not. */
  private boolean signs(X509Certificate candidate, CertificateFields below, boolean root)
      throws PathRefused {
    if (!candidate.getSubjectX500Principal().equals(below.issuer())) {
      return false;
    }
    if (++signatureChecks > MAX_SIGNATURE_CHECKS) {
      throw new PathRefused(PeerRefusal.CHAIN_TOO_LONG, "too many possible paths");
    }
    try {
      CertificateFields issuer = CertificateFields.of(candidate);
      requireSound(issuer);
      if (!root) {
        requireStrongSignature(issuer);
      }
      requireAuthority(issuer, root);
      boolean authority = root && path.size() > 1;
      requireSignature(below, candidate.getPublicKey(), authority ? authorities : signatures);
      requirePermitted(issuer);
      return true;
    } catch (PathRefused e) {
      // Another candidate may do; if none does, the first reason is the most telling one.
      if (refusal == null) {
        refusal = e;
      }
      return false;
    }
  }

  private void requireSound(CertificateFields fields) throws PathRefused {
    X509Certificate certificate = fields.certificate();
    if (now.isBefore(certificate.getNotBefore().toInstant())) {
      throw new PathRefused(
          PeerRefusal.NOT_YET_VALID,
          name(fields) + " is valid from " + certificate.getNotBefore().toInstant());
    }
    if (now.isAfter(certificate.getNotAfter().toInstant())) {
      throw new PathRefused(
          PeerRefusal.EXPIRED,
          name(fields) + " was valid until " + certificate.getNotAfter().toInstant());
    }
    Optional<String> weakness = KeyStrength.weakness(certificate.getPublicKey());
    if (weakness.isPresent()) {
      throw new PathRefused(PeerRefusal.WEAK_KEY, name(fields) + ": " + weakness.get());
    }
    if (fields.emptyIssuer()) {
      throw new PathRefused(PeerRefusal.MALFORMED, "empty issuer name");
    }
  }

  private static void requireStrongSignature(CertificateFields fields) throws PathRefused {
    X509Certificate certificate = fields.certificate();
    if (!SignatureCheck.strong(certificate)) {
      throw new PathRefused(
          PeerRefusal.WEAK_SIGNATURE,
          name(fields) + ": signature algorithm " + certificate.getSigAlgOID());
    }
    if (certificate.getSerialNumber().signum() <= 0
        || certificate.getSerialNumber().bitLength() > MAX_SERIAL_BITS) {
      throw new PathRefused(PeerRefusal.MALFORMED, "serial number is not 1 to 160 bits, positive");
    }
  }

  private void requireAuthority(CertificateFields issuer, boolean root) throws PathRefused {
    if (!issuer.authority()) {
      throw new PathRefused(PeerRefusal.ISSUER_NOT_CA, name(issuer) + " is not an authority");
    }
    // A root is the operator's choice and may leave key usage out; what a peer sends may not.
    if (!issuer.mayUse(KeyUsage.keyCertSign) && !(root && issuer.keyUsage() == null)) {
      throw new PathRefused(
          PeerRefusal.ISSUER_NOT_CA, name(issuer) + " may not sign certificates (key usage)");
    }
    Set<String> purposes = issuer.keyPurposes();
    if (purposes != null
        && !purposes.contains(purpose)
        && !purposes.contains(KeyPurposeId.anyExtendedKeyUsage.getId())) {
      throw new PathRefused(
          PeerRefusal.EXTENDED_KEY_USAGE, name(issuer) + " may not sign for this role");
    }
    long below = path.stream().skip(1).filter(f -> !f.selfIssued()).count();
    if (below > issuer.pathLength()) {
      throw new PathRefused(
          PeerRefusal.PATH_LENGTH,
          name(issuer) + " allows " + issuer.pathLength() + " authorities below it, not " + below);
    }
    for (GeneralName name : issuer.names()) {
      requireAuthorityName(name);
    }
  }

  /** X509-SVID section 3.2: an authority's SPIFFE ID, if it has one, has no path. */
  private static void requireAuthorityName(GeneralName name) throws PathRefused {
    if (name.getTagNo() != GeneralName.uniformResourceIdentifier) {
      return;
    }
    String uri = ASN1IA5String.getInstance(name.getName()).getString();
    if (!uri.regionMatches(true, 0, "spiffe:", 0, 7)) {
      return;
    }
    try {
      if (!SpiffeId.parse(uri).path().isEmpty()) {
        throw new PathRefused(
            PeerRefusal.INVALID_SPIFFE_ID, "an authority's SPIFFE ID must not have a path");
      }
    } catch (InvalidIdentity e) {
      throw new PathRefused(
          PeerRefusal.INVALID_SPIFFE_ID, "an authority's SPIFFE ID: " + e.getMessage());
    }
  }

  private static void requireSignature(
      CertificateFields below, PublicKey issuerKey, Signatures signatures) throws PathRefused {
    if (!signatures.by(issuerKey, below.certificate())) {
      throw new PathRefused(
          PeerRefusal.BAD_SIGNATURE, name(below) + " is not signed by its issuer's key");
    }
  }

  private void requirePermitted(CertificateFields issuer) throws PathRefused {
    if (issuer.constraints().isEmpty()) {
      return;
    }
    for (int i = 0; i < path.size(); i++) {
      CertificateFields below = path.get(i);
      if (i == 0 || !below.selfIssued()) {
        issuer.constraints().get().check(below);
      }
    }
  }

  private boolean onPath(X509Certificate candidate) {
    return path.stream().anyMatch(f -> f.certificate().equals(candidate));
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }

  private static String name(CertificateFields fields) {
    return "certificate \"" + fields.certificate().getSubjectX500Principal() + "\"";
  }
}
