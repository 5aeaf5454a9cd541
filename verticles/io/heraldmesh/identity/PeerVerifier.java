package io.heraldmesh.identity;

import io.heraldmesh.crypto.Crypto;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyUsage;

/**
 * Turns a certificate chain into an identity under the SPIFFE X509-SVID profile, strictly. That the
 * peer holds the leaf's key is for the TLS handshake to prove.
 */
public final class PeerVerifier {
  /** The most certificates a peer may send; more are refused unread. */
  public static final int MAX_CERTIFICATES = 10;

  /** More than there are, unless roots sign very many authorities. */
  private static final int MOST_AUTHORITIES = 64;

  private final Signatures signatures;
  private final Signatures authorities;

  /**
   * @param crypto checks the signatures
   */
  public PeerVerifier(Crypto crypto) {
    this(Signatures.checkedWith(crypto));
  }

  PeerVerifier(Signatures signatures) {
    this.signatures = signatures;
    this.authorities = new ProvenSignatures(signatures, MOST_AUTHORITIES);
  }

  /**
   * Checks {@code chain} (leaf first; a trailing root is ignored) against the roots of the leaf's
   * own trust domain. Never throws for what a peer may send. Thread-safe, does no I/O. It remembers
   * only which authorities' certificates a root signed, so that nobody without a root's key adds to
   * that: callers that see one chain often keep the verdict until its {@code notAfter}.
   */
  public PeerVerdict verify(
      List<X509Certificate> chain, TrustBundle bundle, PeerRole role, Instant now) {
    return verify(chain, bundle::of, role, now);
  }

  /**
   * As {@link #verify}, when the caller chose these roots itself, as by a pin, and does not know
   * yet which trust domain they are of.
   */
  public PeerVerdict verifyUnder(
      List<X509Certificate> roots, List<X509Certificate> chain, PeerRole role, Instant now) {
    return verify(chain, anyTrustDomain -> roots, role, now);
  }

  private PeerVerdict verify(
      List<X509Certificate> chain,
      Function<TrustDomain, List<X509Certificate>> bundle,
      PeerRole role,
      Instant now) {
    try {
      if (chain.isEmpty()) {
        throw new PathRefused(PeerRefusal.NO_CERTIFICATE, "no certificate");
      }
      if (chain.size() > MAX_CERTIFICATES) {
        throw new PathRefused(
            PeerRefusal.CHAIN_TOO_LONG,
            chain.size() + " certificates, at most " + MAX_CERTIFICATES + " are read");
      }
      CertificateFields leaf = CertificateFields.of(chain.getFirst());
      SpiffeId id = identity(leaf);
      requireKeyUsage(leaf);
      requireBothPurposes(leaf);
      requireLeaf(leaf, role);
      List<X509Certificate> roots = bundle.apply(id.trustDomain());
      if (roots.isEmpty()) {
        throw new PathRefused(
            PeerRefusal.UNKNOWN_TRUST_DOMAIN, "no roots for trust domain " + id.trustDomain());
      }
      Instant notAfter = path(chain, roots, role, now).check(leaf);
      return new PeerVerdict.Accepted(id, notAfter);
    } catch (PathRefused e) {
      return e.verdict();
    } catch (RuntimeException e) {
      // The ASN.1 and key readers throw unchecked exceptions for some kinds of broken input.
      return new PathRefused(PeerRefusal.MALFORMED, "cannot be read: " + e.getClass().getName())
          .verdict();
    }
  }

  /**
   * The part of {@link #verify} that is not about the identity, for judging chains of published
   * suites, whose leaves name hosts: the path to one of {@code roots} and what holds for any leaf.
   * Never what lets a peer in.
   *
   * @param chain leaf first, then possible intermediates in any order
   * @return empty when the path holds
   */
  public Optional<PeerVerdict.Refused> refusalOfPath(
      List<X509Certificate> chain, List<X509Certificate> roots, PeerRole role, Instant now) {
    try {
      CertificateFields leaf = CertificateFields.of(chain.getFirst());
      requireLeaf(leaf, role);
      path(chain, roots, role, now).check(leaf);
      return Optional.empty();
    } catch (PathRefused e) {
      return Optional.of(e.verdict());
    } catch (RuntimeException e) {
      return Optional.of(
          new PathRefused(PeerRefusal.MALFORMED, "cannot be read: " + e.getClass().getName())
              .verdict());
    }
  }

  private CertificatePath path(
      List<X509Certificate> chain, List<X509Certificate> roots, PeerRole role, Instant now) {
    return new CertificatePath(
        signatures, authorities, chain.subList(1, chain.size()), roots, role, now);
  }

  /**
   * X509-SVID section 2: exactly one URI SAN, and it is the SPIFFE ID; other names may be there.
   */
  private static SpiffeId identity(CertificateFields leaf) throws PathRefused {
    List<String> uris =
        leaf.names().stream()
            .filter(n -> n.getTagNo() == GeneralName.uniformResourceIdentifier)
            .map(n -> ASN1IA5String.getInstance(n.getName()).getString())
            .toList();
    if (uris.isEmpty()) {
      throw new PathRefused(PeerRefusal.NO_SPIFFE_ID, "no URI in the subject alternative names");
    }
    if (uris.size() > 1) {
      throw new PathRefused(PeerRefusal.SEVERAL_URI_SANS, uris.size() + " URIs, expected one");
    }
    try {
      SpiffeId id = SpiffeId.parse(uris.getFirst());
      // Section 3.1: a leaf's ID has a path.
      if (id.path().isEmpty()) {
        throw new PathRefused(PeerRefusal.INVALID_SPIFFE_ID, "SPIFFE ID of a leaf has no path");
      }
      return id;
    } catch (InvalidIdentity e) {
      throw new PathRefused(PeerRefusal.INVALID_SPIFFE_ID, "SPIFFE ID: " + e.getMessage());
    }
  }

  /** X509-SVID section 4.3. */
  private static void requireKeyUsage(CertificateFields leaf) throws PathRefused {
    if (!leaf.critical(Extension.keyUsage) || !leaf.mayUse(KeyUsage.digitalSignature)) {
      throw new PathRefused(
          PeerRefusal.KEY_USAGE, "key usage is not critical or lacks digitalSignature");
    }
  }

  /** X509-SVID section 4.4: the extension may be absent; where it is, it is for both roles. */
  private static void requireBothPurposes(CertificateFields leaf) throws PathRefused {
    Set<String> purposes = leaf.keyPurposes();
    for (PeerRole role : PeerRole.values()) {
      if (purposes != null && !purposes.contains(CertificatePath.purpose(role))) {
        throw new PathRefused(
            PeerRefusal.EXTENDED_KEY_USAGE, "leaf is not for the role of a " + role);
      }
    }
  }

  /** What any leaf must be that is no authority and is fit for the role. */
  static void requireLeaf(CertificateFields leaf, PeerRole role) throws PathRefused {
    // Section 4.1.
    if (leaf.authority()) {
      throw new PathRefused(PeerRefusal.LEAF_IS_CA, "leaf is an authority");
    }
    // Section 4.3.
    if (leaf.mayUse(KeyUsage.keyCertSign) || leaf.mayUse(KeyUsage.cRLSign)) {
      throw new PathRefused(PeerRefusal.KEY_USAGE, "leaf may sign certificates or CRLs");
    }
    // RFC 5280 section 4.2.1.12.
    Set<String> purposes = leaf.keyPurposes();
    if (purposes != null && !purposes.contains(CertificatePath.purpose(role))) {
      throw new PathRefused(
          PeerRefusal.EXTENDED_KEY_USAGE, "leaf is not for the role of a " + role);
    }
    // RFC 5280 section 4.2.1.6.
    if (leaf.emptySubject() && !leaf.critical(Extension.subjectAlternativeName)) {
      throw new PathRefused(
          PeerRefusal.MALFORMED, "subject is empty and the alternative names are not critical");
    }
  }
}
