package io.heraldmesh.enrol;

import io.heraldmesh.bus.ByteString;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.enrol.EnrolRefused.Reason;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.Fingerprint;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.KeyStrength;
import io.heraldmesh.identity.PeerRole;
import io.heraldmesh.identity.PeerVerdict;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.WorkloadIdentity;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Certificates of another authority that are believed, and which node each stands for. Only what an
 * operator wrote down: never a name taken from the certificate. Immutable.
 *
 * @param roots of the other authority
 * @param nodes the first that fits counts
 */
public record CertificateProofs(List<X509Certificate> roots, List<KnownNode> nodes) {
  /** Nobody joins by a certificate. */
  public static final CertificateProofs NONE = new CertificateProofs(List.of(), List.of());

  private static final Duration FRESH = Duration.ofMinutes(5);
  private static final int MOST_CERTIFICATES = 10;
  private static final int DNS = 2;
  private static final int URI = 6;

  public CertificateProofs {
    roots = List.copyOf(roots);
    nodes = List.copyOf(nodes);
  }

  /**
   * One node.
   *
   * @param certificate {@code dns:<name>} or {@code uri:<uri>}, which must be one of its subject
   *     alternative names as a whole, or {@code sha256:<hex>}, its fingerprint
   * @param node the name it joins under
   * @param workloads what may run on it
   */
  public record KnownNode(String certificate, String node, Set<WorkloadIdentity> workloads) {
    public KnownNode {
      workloads = Set.copyOf(workloads);
    }
  }

  /**
   * Whose certificate it is.
   *
   * @param mesh roots of the mesh, one of which the proof must name
   * @throws EnrolRefused with {@link Reason#CERTIFICATE} when it proves nothing
   */
  KnownNode prove(
      Proof.Certificate proof, byte[] csr, List<X509Certificate> mesh, Crypto crypto, Instant now) {
    if (roots.isEmpty()) {
      throw refused("certificates of other authorities are not accepted here");
    }
    // Told at the start, but the mesh may have got other roots since.
    if (roots.stream().anyMatch(root -> isAny(root, mesh))) {
      throw refused("the other authority is the mesh's own");
    }
    if (proof.at().isBefore(now.minus(FRESH)) || proof.at().isAfter(now.plus(FRESH))) {
      throw refused("it was signed at " + proof.at() + ", more than " + FRESH + " from now");
    }
    if (proof.chain().isEmpty() || proof.chain().size() > MOST_CERTIFICATES) {
      throw refused("a chain has 1 to " + MOST_CERTIFICATES + " certificates");
    }
    List<X509Certificate> chain;
    try {
      chain =
          CertificateChain.parseDer(proof.chain().stream().map(ByteString::toByteArray).toList())
              .certificates();
    } catch (InvalidCertificate e) {
      throw refused(String.valueOf(e.getMessage()));
    }
    X509Certificate leaf = chain.getFirst();
    KeyStrength.weakness(leaf.getPublicKey())
        .ifPresent(
            weak -> {
              throw refused(weak);
            });
    Optional<PeerVerdict.Refused> untrusted =
        new PeerVerifier(crypto).refusalOfPath(chain, roots, PeerRole.CLIENT, now);
    if (untrusted.isPresent()) {
      throw refused(untrusted.get().reason() + ", " + untrusted.get().detail());
    }
    byte[] signature = proof.signature().toByteArray();
    if (mesh.stream()
        .map(root -> CertificateSignature.text(Fingerprint.of(root), proof.at(), csr))
        .noneMatch(
            text -> CertificateSignature.verifies(leaf.getPublicKey(), text, signature, crypto))) {
      throw refused("the signature by its key is wrong");
    }
    return nodes.stream()
        .filter(known -> is(leaf, known.certificate()))
        .findFirst()
        .orElseThrow(() -> refused("no node is known by it"));
  }

  private static boolean isAny(X509Certificate root, List<X509Certificate> mesh) {
    return mesh.stream().anyMatch(own -> own.getPublicKey().equals(root.getPublicKey()));
  }

  /** From when on the leaf of a proof that was found good is valid. */
  static Instant validSince(Proof.Certificate proof) {
    return CertificateChain.parseDer(List.of(proof.chain().getFirst().toByteArray()))
        .leaf()
        .getNotBefore()
        .toInstant();
  }

  private static boolean is(X509Certificate leaf, String name) {
    if (name.startsWith("sha256:")) {
      return Fingerprint.of(leaf).toString().equals(name);
    }
    try {
      Collection<List<?>> names = leaf.getSubjectAlternativeNames();
      return names != null
          && names.stream()
              .anyMatch(
                  n ->
                      name.equals("dns:" + n.getLast()) && Integer.valueOf(DNS).equals(n.getFirst())
                          || name.equals("uri:" + n.getLast())
                              && Integer.valueOf(URI).equals(n.getFirst()));
    } catch (CertificateParsingException e) {
      return false;
    }
  }

  private static EnrolRefused refused(String why) {
    return new EnrolRefused(Reason.CERTIFICATE, "certificate: " + why);
  }
}
