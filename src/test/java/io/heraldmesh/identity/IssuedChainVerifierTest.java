package io.heraldmesh.identity;

import static io.heraldmesh.identity.TestCertificate.NOW;
import static io.heraldmesh.identity.TestCertificate.authority;
import static io.heraldmesh.identity.TestCertificate.leaf;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.TestCertificate.Made;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.Test;

/** As strict as a peer in either role; a good signature is looked at once. */
class IssuedChainVerifierTest {
  private static final TrustDomain MESH = new TrustDomain("mesh.test");
  private static final Crypto CRYPTO = Crypto.preferred();

  private final List<X509Certificate> looked = new ArrayList<>();
  private final Signatures counted =
      (issuerKey, certificate) -> {
        looked.add(certificate);
        return Signatures.checkedWith(CRYPTO).by(issuerKey, certificate);
      };
  private final IssuedChainVerifier verifier = new IssuedChainVerifier(counted);
  private final Made root = authority("root").selfSigned();
  private final KeyPair issuerKeys = TestCertificate.ec("secp256r1");
  private final Made issuer = authority("issuer").keys(issuerKeys).signedBy(root);

  @Test
  void aLeafsSignatureIsLookedAtOnceAndItsAuthoritysNeverAgain() {
    List<X509Certificate> first = chain(leaf(ForgedChains.ID).signedBy(issuer));
    List<X509Certificate> second = chain(leaf(ForgedChains.ID).signedBy(issuer));
    assertAccepted(first);
    assertThat(looked).containsExactlyInAnyOrderElementsOf(first);
    looked.clear();
    assertAccepted(second);
    assertThat(looked).containsExactly(second.getFirst());
    looked.clear();
    assertAccepted(second);
    assertThat(looked).containsExactly(second.getFirst());
  }

  @Test
  void everyForgedChainIsJudgedAsByAPeerInEachRoleHoweverOften() {
    TrustBundle bundle = ForgedChains.bundle();
    for (int time = 0; time < 2; time++) {
      for (ForgedChains.Forged forged : ForgedChains.all()) {
        List<X509Certificate> chain;
        try {
          chain = CertificateChain.parseDer(forged.ders()).certificates();
        } catch (InvalidCertificate e) {
          continue;
        }
        assertThat(verifier.verify(chain, bundle, NOW))
            .as(forged.name())
            .isEqualTo(asPeers(chain, bundle, NOW));
      }
    }
  }

  @Test
  void whatIsRememberedOfAnAuthorityHelpsNoOtherCertificate() {
    List<X509Certificate> good = chain(leaf(ForgedChains.ID).signedBy(issuer));
    assertAccepted(good);
    Made sameName = authority("issuer").signedBy(root);
    Made sameKey = authority("issuer").keys(issuerKeys).signedBy(authority("root").selfSigned());
    assertRefused(chain(leaf(ForgedChains.ID).signedBy(sameName)), PeerRefusal.BAD_SIGNATURE);
    assertRefused(List.of(good.getFirst(), sameKey.certificate()), PeerRefusal.BAD_SIGNATURE);
    assertRefused(good.subList(0, 1), PeerRefusal.UNTRUSTED);
  }

  @Test
  void whatIsRememberedEndsWithTheCertificateAndWithTheRoot() {
    Made soon = authority("soon").valid(NOW.minusSeconds(9), NOW.plusSeconds(60)).signedBy(root);
    List<X509Certificate> chain =
        List.of(leaf(ForgedChains.ID).signedBy(soon).certificate(), soon.certificate());
    assertAccepted(chain);
    Instant later = NOW.plusSeconds(61);
    assertThat(verifier.verify(chain, bundle(root), later))
        .isEqualTo(asPeers(chain, bundle(root), later))
        .allSatisfy((role, verdict) -> assertReason(verdict, PeerRefusal.EXPIRED));
    TrustBundle otherRoot = bundle(authority("root").selfSigned());
    assertThat(verifier.verify(chain, otherRoot, NOW))
        .isEqualTo(asPeers(chain, otherRoot, NOW))
        .allSatisfy((role, verdict) -> assertReason(verdict, PeerRefusal.BAD_SIGNATURE));
  }

  @Test
  void anAuthorityForOneRoleIsRefusedInTheOther() {
    Made servers = authority("servers").purposes(KeyPurposeId.id_kp_serverAuth).signedBy(root);
    List<X509Certificate> chain =
        List.of(leaf(ForgedChains.ID).signedBy(servers).certificate(), servers.certificate());
    assertThat(verifier.verify(chain, bundle(root), NOW))
        .hasEntrySatisfying(
            PeerRole.SERVER, seen -> assertThat(seen).isInstanceOf(PeerVerdict.Accepted.class))
        .hasEntrySatisfying(
            PeerRole.CLIENT, seen -> assertReason(seen, PeerRefusal.EXTENDED_KEY_USAGE));
  }

  private List<X509Certificate> chain(Made leaf) {
    return List.of(leaf.certificate(), issuer.certificate());
  }

  private static TrustBundle bundle(Made root) {
    return new TrustBundle(Map.of(MESH, List.of(root.certificate())));
  }

  private void assertAccepted(List<X509Certificate> chain) {
    assertThat(verifier.verify(chain, bundle(root), NOW))
        .hasSize(PeerRole.values().length)
        .allSatisfy(
            (role, verdict) -> assertThat(verdict).isInstanceOf(PeerVerdict.Accepted.class));
  }

  private void assertRefused(List<X509Certificate> chain, PeerRefusal reason) {
    assertThat(verifier.verify(chain, bundle(root), NOW))
        .hasSize(PeerRole.values().length)
        .allSatisfy((role, verdict) -> assertReason(verdict, reason));
  }

  private static void assertReason(PeerVerdict verdict, PeerRefusal reason) {
    assertThat(verdict)
        .isInstanceOfSatisfying(
            PeerVerdict.Refused.class, refused -> assertThat(refused.reason()).isEqualTo(reason));
  }

  private static Map<PeerRole, PeerVerdict> asPeers(
      List<X509Certificate> chain, TrustBundle bundle, Instant now) {
    Map<PeerRole, PeerVerdict> verdicts = new EnumMap<>(PeerRole.class);
    for (PeerRole role : PeerRole.values()) {
      verdicts.put(role, new PeerVerifier(CRYPTO).verify(chain, bundle, role, now));
    }
    return verdicts;
  }
}
