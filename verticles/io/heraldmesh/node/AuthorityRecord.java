package io.heraldmesh.node;

import io.heraldmesh.ca.Authority;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.store.AuthorityCertificate;
import io.heraldmesh.store.AuthorityCertificate.Kind;
import io.heraldmesh.store.AuthorityCertificate.Phase;
import io.heraldmesh.store.Store;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes in the state by which certificates this node signs, and looks whether they belong to it.
 */
final class AuthorityRecord {
  private static final Logger LOG = LoggerFactory.getLogger(AuthorityRecord.class);

  private AuthorityRecord() {}

  /**
   * Claims the state for the authority's trust domain. Roots that are no longer this node's are
   * marked as dropped once nobody else signs under them, as far as it is known: a control node that
   * is off does so until its certificate ends. After an import all are: the first control node that
   * starts says under which root the mesh is, whatever the backup was made under.
   *
   * @throws StartFailure when other control nodes sign under other roots: nobody would trust both
   * @throws io.heraldmesh.store.StoreException when the state is another trust domain's
   */
  static void keep(Store store, Authority authority, String node, Instant now) {
    store.authority().claim(authority.trustDomain().name());
    Map<String, AuthorityCertificate> known =
        store.authority().certificates().stream()
            .collect(Collectors.toMap(AuthorityCertificate::fingerprint, Function.identity()));
    List<AuthorityCertificate> roots =
        authority.bundle().roots().getOrDefault(authority.trustDomain(), List.of()).stream()
            .map(root -> certificate(root, Kind.ROOT, "", now))
            .toList();
    List<String> ours = roots.stream().map(AuthorityCertificate::fingerprint).toList();
    List<AuthorityCertificate> active =
        rootsOf(known).stream().filter(root -> root.phase() == Phase.ACTIVE).toList();
    List<AuthorityCertificate> before = active.isEmpty() ? rootsOf(known) : active;
    boolean common = before.stream().anyMatch(root -> ours.contains(root.fingerprint()));
    if (!before.isEmpty() && !common) {
      strange(store, before.getLast(), roots.getFirst());
    }
    roots.forEach(root -> putNew(store, known, root));
    AuthorityCertificate issuer = issuer(authority.issuerChain(), node, now);
    known.values().stream()
        .filter(c -> c.kind() == Kind.ISSUER && c.node().equals(node))
        .filter(c -> c.phase() == Phase.ACTIVE && !c.fingerprint().equals(issuer.fingerprint()))
        .forEach(c -> store.authority().put(c.in(Phase.DROPPED)));
    putNew(store, known, issuer);
    active.stream()
        .filter(root -> !ours.contains(root.fingerprint()))
        .filter(root -> !store.shared() || withdrawn(store, root, node, now))
        .forEach(root -> store.authority().put(root.in(Phase.DROPPED)));
  }

  /**
   * Whether control nodes signed under {@code root} and none does any more. One under which none
   * has signed yet is being handed out: others may have it before this node does. Wrongly dropped,
   * it counts again with the next word of whoever has it.
   */
  private static boolean withdrawn(
      Store store, AuthorityCertificate root, String node, Instant now) {
    X509Certificate certificate = CertificateChain.parsePem(root.pem()).leaf();
    return store.authority().certificates().stream()
            .filter(c -> c.kind() == Kind.ISSUER)
            .anyMatch(c -> leadsTo(certificate, CertificateChain.parsePem(c.pem())))
        && !signsElsewhere(store, certificate, node, now);
  }

  private static List<AuthorityCertificate> rootsOf(Map<String, AuthorityCertificate> known) {
    return known.values().stream().filter(c -> c.kind() == Kind.ROOT).toList();
  }

  /** Whether another control node's certificate in use leads to {@code root}. */
  static boolean signsElsewhere(Store store, X509Certificate root, String node, Instant now) {
    return store.authority().certificates().stream()
        .filter(c -> c.kind() == Kind.ISSUER && c.phase() == Phase.ACTIVE)
        .filter(c -> !c.node().equals(node))
        .map(c -> CertificateChain.parsePem(c.pem()))
        .filter(chain -> now.isBefore(chain.leaf().getNotAfter().toInstant()))
        .anyMatch(chain -> leadsTo(root, chain));
  }

  private static boolean leadsTo(X509Certificate root, CertificateChain issuer) {
    return issuer.certificates().stream().anyMatch(certificate -> signed(certificate, root));
  }

  private static boolean signed(X509Certificate issuer, X509Certificate root) {
    if (!issuer.getIssuerX500Principal().equals(root.getSubjectX500Principal())) {
      return false;
    }
    try {
      issuer.verify(root.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static void strange(Store store, AuthorityCertificate there, AuthorityCertificate ours) {
    if (store.shared() && there.phase() == Phase.ACTIVE) {
      throw StartFailure.cannotStart(
          store.name()
              + ": the other control nodes sign under root "
              + there.fingerprint()
              + ", this one under "
              + ours.fingerprint()
              + "; give this node the mesh's authority (spec.authority), or name another database");
    }
    LOG.warn(
        "the authority is another than before: nodes must be given its root before={} now={}",
        there.fingerprint(),
        ours.fingerprint());
  }

  private static void putNew(
      Store store, Map<String, AuthorityCertificate> known, AuthorityCertificate certificate) {
    AuthorityCertificate there = known.get(certificate.fingerprint());
    if (there == null
        || there.phase() != certificate.phase()
        || !there.pem().equals(certificate.pem())) {
      store.authority().put(certificate);
    }
  }

  /** Known by its own fingerprint; those between it and its root go with it. */
  private static AuthorityCertificate issuer(
      List<X509Certificate> chain, String node, Instant now) {
    List<AuthorityCertificate> each =
        chain.stream().map(one -> certificate(one, Kind.ISSUER, node, now)).toList();
    return new AuthorityCertificate(
        each.getFirst().fingerprint(),
        Kind.ISSUER,
        Phase.ACTIVE,
        each.stream().map(AuthorityCertificate::pem).collect(Collectors.joining()),
        node,
        now);
  }

  private static AuthorityCertificate certificate(
      X509Certificate certificate, Kind kind, String node, Instant now) {
    try {
      byte[] der = certificate.getEncoded();
      return new AuthorityCertificate(
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(der)),
          kind,
          Phase.ACTIVE,
          "-----BEGIN CERTIFICATE-----\n"
              + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                  .encodeToString(der)
              + "\n-----END CERTIFICATE-----\n",
          node,
          now);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a certificate in use has an encoding and a digest", e);
    }
  }
}
