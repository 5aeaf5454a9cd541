package io.heraldmesh.identity;

import static io.heraldmesh.identity.TestCertificate.NOW;
import static io.heraldmesh.identity.TestCertificate.authority;
import static io.heraldmesh.identity.TestCertificate.leaf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.TestCertificate.Made;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;

/** Each refusal of a leaf by the one thing that causes it. */
class PeerVerifierTest extends VerifiedPeers {
  @Test
  void aGoodChainGivesItsIdentityUntilTheFirstOfItsCertificatesEnds() {
    Made soon = authority("soon").valid(NOW.minusSeconds(9), NOW.plusSeconds(60)).signedBy(root);
    assertThat(verify(leaf(ID).signedBy(issuer), issuer))
        .isEqualTo(new PeerVerdict.Accepted(SpiffeId.parse(ID), NOW.plus(Duration.ofHours(1))));
    assertThat(verify(leaf(ID).signedBy(soon), soon))
        .isEqualTo(new PeerVerdict.Accepted(SpiffeId.parse(ID), NOW.plusSeconds(60)));
  }

  @Test
  void otherNamesBesideTheOneUriAreAllowed() {
    GeneralNames names =
        new GeneralNames(
            new GeneralName[] {
              new GeneralName(GeneralName.dNSName, "client.a.svc"),
              new GeneralName(GeneralName.uniformResourceIdentifier, ID)
            });
    assertAccepted(leaf(ID).with(Extension.subjectAlternativeName, true, names).signedBy(issuer));
  }

  @Test
  void leavesOfEveryAllowedKeyAndSignatureAreAccepted() {
    for (String curve : List.of("secp256r1", "secp384r1", "secp521r1")) {
      assertAccepted(leaf(ID).keys(TestCertificate.ec(curve)).signedBy(issuer));
    }
    Made rsaIssuer = authority("rsa").keys(TestCertificate.rsa(2048)).signedBy(root);
    for (String algorithm : List.of("SHA256withRSA", "SHA512withRSA", "SHA256withRSAandMGF1")) {
      assertThat(verify(leaf(ID).algorithm(algorithm).signedBy(rsaIssuer), rsaIssuer))
          .as(algorithm)
          .isInstanceOf(PeerVerdict.Accepted.class);
    }
  }

  @Test
  void withoutACertificateThereIsNoIdentity() {
    assertThat(new PeerVerifier(Crypto.jdk()).verify(List.of(), bundle(), PeerRole.CLIENT, NOW))
        .isEqualTo(new PeerVerdict.Refused(PeerRefusal.NO_CERTIFICATE, "no certificate"));
  }

  @Test
  void moreCertificatesThanTheLimitAreRefusedUnread() {
    List<X509Certificate> chain = new ArrayList<>();
    chain.add(leaf(ID).signedBy(issuer).certificate());
    chain.addAll(Collections.nCopies(PeerVerifier.MAX_CERTIFICATES - 1, issuer.certificate()));
    assertThat(verify(chain, bundle(), PeerRole.CLIENT)).isInstanceOf(PeerVerdict.Accepted.class);
    chain.add(issuer.certificate());
    assertThat(reason(verify(chain, bundle(), PeerRole.CLIENT)))
        .isEqualTo(PeerRefusal.CHAIN_TOO_LONG);
  }

  @Test
  void theOneUriMustBeASpiffeIdWithAPath() {
    assertRefused(
        PeerRefusal.NO_SPIFFE_ID,
        leaf(ID).without(Extension.subjectAlternativeName).subject("CN=" + ID));
    assertRefused(PeerRefusal.SEVERAL_URI_SANS, leaf(ID).uris(true, ID, ID));
    assertRefused(PeerRefusal.SEVERAL_URI_SANS, leaf(ID).uris(true, ID, "https://mesh.test/"));
    for (String bad :
        List.of(
            "https://mesh.test/ns/a/sa/client",
            "SPIFFE://mesh.test/ns/a/sa/client",
            "spiffe://Mesh.test/ns/a/sa/client",
            "spiffe://mesh.test",
            "spiffe://mesh.test/",
            "spiffe://mesh.test/a//b",
            "spiffe://mesh.test/a/../b",
            "spiffe://mesh.test:1/a",
            "spiffe://x@mesh.test/a",
            "spiffe://mesh.test/a?b",
            "spiffe://mesh.test/a#b")) {
      assertRefused(PeerRefusal.INVALID_SPIFFE_ID, leaf(bad));
    }
  }

  @Test
  void aLeafIsNeverAnAuthority() {
    assertRefused(
        PeerRefusal.LEAF_IS_CA,
        leaf(ID).with(Extension.basicConstraints, true, new BasicConstraints(true)));
    for (int usage : List.of(KeyUsage.keyCertSign, KeyUsage.cRLSign)) {
      assertRefused(PeerRefusal.KEY_USAGE, leaf(ID).keyUsage(KeyUsage.digitalSignature | usage));
    }
  }

  @Test
  void aLeafsKeyUsageIsThereAndCriticalAndHasDigitalSignature() {
    assertRefused(PeerRefusal.KEY_USAGE, leaf(ID).without(Extension.keyUsage));
    assertRefused(PeerRefusal.KEY_USAGE, leaf(ID).keyUsage(KeyUsage.keyEncipherment));
    assertRefused(
        PeerRefusal.KEY_USAGE,
        leaf(ID).with(Extension.keyUsage, false, new KeyUsage(KeyUsage.digitalSignature)));
  }

  @Test
  void extendedKeyUsageWhereItIsThereMustBeForBothRoles() {
    assertRefused(PeerRefusal.EXTENDED_KEY_USAGE, leaf(ID).purposes(KeyPurposeId.id_kp_serverAuth));
    assertRefused(PeerRefusal.EXTENDED_KEY_USAGE, leaf(ID).purposes(KeyPurposeId.id_kp_clientAuth));
    assertRefused(
        PeerRefusal.EXTENDED_KEY_USAGE, leaf(ID).purposes(KeyPurposeId.anyExtendedKeyUsage));
    assertAccepted(leaf(ID).without(Extension.extendedKeyUsage).signedBy(issuer));
    assertAccepted(
        leaf(ID)
            .purposes(
                KeyPurposeId.id_kp_emailProtection,
                KeyPurposeId.id_kp_serverAuth,
                KeyPurposeId.id_kp_clientAuth)
            .signedBy(issuer));
  }

  @Test
  void anEmptySubjectNeedsCriticalNames() {
    assertThatExceptionOfType(InvalidCertificate.class)
        .as("refused while it is read")
        .isThrownBy(() -> leaf(ID).uris(false, ID).signedBy(issuer));
    assertAccepted(leaf(ID).uris(false, ID).subject("CN=client").signedBy(issuer));
  }

  @Test
  void serialNumbersMustBePositiveAndShort() {
    for (BigInteger bad :
        List.of(BigInteger.ZERO, BigInteger.valueOf(-1), BigInteger.ONE.shiftLeft(161))) {
      assertRefused(PeerRefusal.MALFORMED, leaf(ID).serial(bad));
    }
  }

  @Test
  void flippingAnyBitOfALeafNeverGivesAnotherIdentity() {
    byte[] der = CertificateChain.encoded(leaf(ID).signedBy(issuer).certificate());
    Random random = new Random(7);
    int read = 0;
    for (int i = 0; i < 600; i++) {
      byte[] flipped = der.clone();
      flipped[random.nextInt(der.length)] ^= (byte) (1 << random.nextInt(8));
      X509Certificate certificate;
      try {
        certificate = CertificateChain.certificate(flipped);
      } catch (InvalidCertificate e) {
        continue;
      }
      read++;
      assertThat(verify(List.of(certificate, issuer.certificate()), bundle(), PeerRole.CLIENT))
          .isInstanceOf(PeerVerdict.Refused.class);
    }
    assertThat(read).as("flipped certificates that could still be read").isGreaterThan(100);
  }

  @Test
  void aSignatureOfOtherThanWholeBytesIsRefused() {
    byte[] der;
    Made leaf;
    do {
      leaf = leaf(ID).signedBy(issuer);
      der = CertificateChain.encoded(leaf.certificate());
    } while ((der[der.length - 1] & 1) != 0);
    int unusedBits = der.length - leaf.certificate().getSignature().length - 1;
    assertThat(der[unusedBits]).as("the BIT STRING's unused bits").isZero();

    der[unusedBits] = 1;

    X509Certificate sameBytes = CertificateChain.certificate(der);
    assertThat(sameBytes.getSignature()).isEqualTo(leaf.certificate().getSignature());
    assertThat(verify(List.of(sameBytes, issuer.certificate()), bundle(), PeerRole.CLIENT))
        .isInstanceOfSatisfying(
            PeerVerdict.Refused.class,
            refused -> assertThat(refused.reason()).isEqualTo(PeerRefusal.BAD_SIGNATURE));
  }

  @Test
  void aRefusalsDetailCannotForgeALineOfALog() {
    Made evil = authority("evil\\0Alevel=info msg=accepted").selfSigned();
    PeerVerdict verdict = verify(leaf(ID).signedBy(evil));
    assertThat(((PeerVerdict.Refused) verdict).detail()).doesNotContain("\n");
  }
}
