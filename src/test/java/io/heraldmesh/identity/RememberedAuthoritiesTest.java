package io.heraldmesh.identity;

import static io.heraldmesh.identity.TestCertificate.NOW;
import static io.heraldmesh.identity.TestCertificate.authority;
import static io.heraldmesh.identity.TestCertificate.leaf;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.TestCertificate.Made;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Of all that a verifier finds, only that a root signed an authority is remembered. */
class RememberedAuthoritiesTest {
  private static final TrustDomain MESH = new TrustDomain("mesh.test");
  private static final Crypto CRYPTO = Crypto.preferred();

  private final List<X509Certificate> looked = new ArrayList<>();
  private final PeerVerifier verifier =
      new PeerVerifier(
          (issuerKey, certificate) -> {
            looked.add(certificate);
            return Signatures.checkedWith(CRYPTO).by(issuerKey, certificate);
          });
  private final Made root = authority("root").selfSigned();
  private final Made issuer = authority("issuer").signedBy(root);

  @Test
  void aRootsSignatureOfAnAuthorityIsLookedAtOnce() {
    Made first = leaf(ForgedChains.ID).signedBy(issuer);
    Made second = leaf(ForgedChains.ID).signedBy(issuer);
    assertThat(verify(root, first, issuer)).isInstanceOf(PeerVerdict.Accepted.class);
    assertThat(verify(root, second, issuer)).isInstanceOf(PeerVerdict.Accepted.class);
    assertThat(verify(root, second, issuer)).isInstanceOf(PeerVerdict.Accepted.class);
    assertThat(looked)
        .containsExactly(
            first.certificate(), issuer.certificate(), second.certificate(), second.certificate());
  }

  @Test
  void whatARootDidNotSignAndLeavesAreLookedAtEachTime() {
    Made below = authority("below").signedBy(issuer);
    Made deep = leaf(ForgedChains.ID).signedBy(below);
    Made direct = leaf(ForgedChains.ID).signedBy(root);
    for (int time = 0; time < 2; time++) {
      looked.clear();
      assertThat(verify(root, deep, below, issuer)).isInstanceOf(PeerVerdict.Accepted.class);
      assertThat(looked).contains(deep.certificate(), below.certificate());
      assertThat(verify(root, direct)).isInstanceOf(PeerVerdict.Accepted.class);
      assertThat(looked).contains(direct.certificate());
    }
  }

  @Test
  void withTheRootGoneWhatItSignedIsRefused() {
    Made leaf = leaf(ForgedChains.ID).signedBy(issuer);
    assertThat(verify(root, leaf, issuer)).isInstanceOf(PeerVerdict.Accepted.class);
    assertReason(verify(authority("other").selfSigned(), leaf, issuer), PeerRefusal.UNTRUSTED);
    assertReason(verify(authority("root").selfSigned(), leaf, issuer), PeerRefusal.BAD_SIGNATURE);
  }

  @Test
  void everyForgedChainIsJudgedTheSameHoweverOften() {
    for (int time = 0; time < 2; time++) {
      for (ForgedChains.Forged forged : ForgedChains.all()) {
        List<X509Certificate> chain;
        try {
          chain = CertificateChain.parseDer(forged.ders()).certificates();
        } catch (InvalidCertificate e) {
          continue;
        }
        for (PeerRole role : PeerRole.values()) {
          assertThat(verifier.verify(chain, ForgedChains.bundle(), role, NOW))
              .as(forged.name())
              .isEqualTo(new PeerVerifier(CRYPTO).verify(chain, ForgedChains.bundle(), role, NOW));
        }
      }
    }
  }

  private PeerVerdict verify(Made trusted, Made... chain) {
    return verifier.verify(
        Stream.of(chain).map(Made::certificate).toList(),
        new TrustBundle(Map.of(MESH, List.of(trusted.certificate()))),
        PeerRole.CLIENT,
        NOW);
  }

  private static void assertReason(PeerVerdict verdict, PeerRefusal reason) {
    assertThat(verdict)
        .isInstanceOfSatisfying(
            PeerVerdict.Refused.class, refused -> assertThat(refused.reason()).isEqualTo(reason));
  }
}
