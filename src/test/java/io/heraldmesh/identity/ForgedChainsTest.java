package io.heraldmesh.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.TestCertificate.Made;
import java.time.Duration;
import java.util.List;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every forged chain is refused for its reason, in both roles and by every implementation. */
class ForgedChainsTest {

  static List<ForgedChains.Forged> chains() {
    return ForgedChains.all();
  }

  @ParameterizedTest
  @MethodSource("chains")
  void aChainIsJudgedByWhatIsWrongWithIt(ForgedChains.Forged forged) {
    for (Crypto crypto : Crypto.all()) {
      for (PeerRole role : PeerRole.values()) {
        PeerVerdict verdict =
            Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(20), () -> verdict(forged, crypto, role));
        if (forged.good()) {
          assertThat(verdict)
              .isInstanceOfSatisfying(
                  PeerVerdict.Accepted.class,
                  accepted -> assertThat(accepted.id()).hasToString(ForgedChains.ID));
        } else {
          assertThat(verdict)
              .isInstanceOfSatisfying(
                  PeerVerdict.Refused.class,
                  refused -> {
                    assertThat(forged.refusals()).as(refused.detail()).contains(refused.reason());
                    assertThat(refused.detail()).matches("[ -~…]*");
                  });
        }
      }
    }
  }

  /** A host of very many labels once took the stack of the thread that looked at it. */
  @Test
  void aHostWithoutEndIsNoHostUnderNameConstraints() {
    Made root = TestCertificate.authority("root").selfSigned();
    Made issuer =
        TestCertificate.authority("issuer")
            .with(
                Extension.nameConstraints,
                true,
                new NameConstraints(
                    new GeneralSubtree[] {
                      new GeneralSubtree(new GeneralName(GeneralName.dNSName, "a.test"))
                    },
                    null))
            .signedBy(root);
    for (int type : List.of(GeneralName.dNSName, GeneralName.rfc822Name)) {
      GeneralName[] names = {
        new GeneralName(GeneralName.uniformResourceIdentifier, ForgedChains.ID),
        new GeneralName(type, (type == GeneralName.rfc822Name ? "x@a" : "a") + ".a".repeat(25_000))
      };
      Made leaf =
          TestCertificate.leaf(ForgedChains.ID)
              .with(Extension.subjectAlternativeName, true, new GeneralNames(names))
              .signedBy(issuer);
      TrustBundle bundle =
          new TrustBundle(
              java.util.Map.of(new TrustDomain("mesh.test"), List.of(root.certificate())));
      assertThatNoException()
          .isThrownBy(
              () ->
                  new PeerVerifier(Crypto.jdk())
                      .verify(
                          List.of(leaf.certificate(), issuer.certificate()),
                          bundle,
                          PeerRole.CLIENT,
                          TestCertificate.NOW));
    }
  }

  private static PeerVerdict verdict(ForgedChains.Forged forged, Crypto crypto, PeerRole role) {
    try {
      return new PeerVerifier(crypto)
          .verify(
              CertificateChain.parseDer(forged.ders()).certificates(),
              ForgedChains.bundle(),
              role,
              TestCertificate.NOW);
    } catch (InvalidCertificate e) {
      return new PeerVerdict.Refused(PeerRefusal.MALFORMED, String.valueOf(e.getMessage()));
    }
  }
}
