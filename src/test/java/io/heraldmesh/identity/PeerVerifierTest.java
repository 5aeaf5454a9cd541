package io.heraldmesh.identity;

import static io.heraldmesh.identity.TestCertificate.NOW;
import static io.heraldmesh.identity.TestCertificate.authority;
import static io.heraldmesh.identity.TestCertificate.leaf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.TestCertificate.Made;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each refusal by the one thing that causes it; every check runs under all implementations. */
class PeerVerifierTest {
  private static final String ID = "spiffe://mesh.test/ns/a/sa/client";
  private static final TrustDomain MESH = new TrustDomain("mesh.test");

  private final Made root = authority("root").selfSigned();
  private final Made issuer = authority("issuer").signedBy(root);

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
  void aChainIsOnlyCheckedAgainstTheRootsOfItsOwnTrustDomain() {
    Made foreign = authority("foreign").selfSigned();
    TrustBundle both =
        new TrustBundle(
            Map.of(
                MESH,
                List.of(root.certificate()),
                new TrustDomain("other.test"),
                List.of(foreign.certificate())));
    List<X509Certificate> ours = List.of(leaf(ID).signedBy(foreign).certificate());
    List<X509Certificate> theirs =
        List.of(leaf("spiffe://other.test/a").signedBy(foreign).certificate());
    assertThat(verify(theirs, both, PeerRole.CLIENT)).isInstanceOf(PeerVerdict.Accepted.class);
    assertThat(reason(verify(ours, both, PeerRole.CLIENT))).isEqualTo(PeerRefusal.UNTRUSTED);
    assertThat(reason(verify(theirs, bundle(), PeerRole.CLIENT)))
        .isEqualTo(PeerRefusal.UNKNOWN_TRUST_DOMAIN);
    assertThat(reason(verify(theirs, TrustBundle.empty(), PeerRole.CLIENT)))
        .isEqualTo(PeerRefusal.UNKNOWN_TRUST_DOMAIN);
  }

  @Test
  void aRootOfTheSameNameAndAnotherKeyIsNoHelp() {
    Made impostor = authority("root").selfSigned();
    assertThat(reason(verify(leaf(ID).signedBy(impostor)))).isEqualTo(PeerRefusal.BAD_SIGNATURE);
    TrustBundle rotation =
        new TrustBundle(Map.of(MESH, List.of(impostor.certificate(), root.certificate())));
    assertThat(verify(List.of(leaf(ID).signedBy(root).certificate()), rotation, PeerRole.CLIENT))
        .as("while both are trusted, each finds its own")
        .isInstanceOf(PeerVerdict.Accepted.class);
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
  void anIntermediatesExtendedKeyUsageHoldsForWhatItSigns() {
    Made forServers = authority("servers").purposes(KeyPurposeId.id_kp_serverAuth).signedBy(root);
    List<X509Certificate> chain =
        List.of(leaf(ID).signedBy(forServers).certificate(), forServers.certificate());
    assertThat(verify(chain, bundle(), PeerRole.SERVER)).isInstanceOf(PeerVerdict.Accepted.class);
    assertThat(reason(verify(chain, bundle(), PeerRole.CLIENT)))
        .isEqualTo(PeerRefusal.EXTENDED_KEY_USAGE);
  }

  @Test
  void everyCertificateOnThePathMustBeValidNow() {
    TestCertificate old = leaf(ID).valid(NOW.minusSeconds(99), NOW.minusSeconds(1));
    assertRefused(PeerRefusal.EXPIRED, old);
    assertRefused(
        PeerRefusal.NOT_YET_VALID, leaf(ID).valid(NOW.plusSeconds(1), NOW.plusSeconds(99)));
    assertAccepted(leaf(ID).valid(NOW, NOW).signedBy(issuer));
    Made oldIssuer =
        authority("old").valid(NOW.minusSeconds(99), NOW.minusSeconds(1)).signedBy(root);
    assertThat(reason(verify(leaf(ID).signedBy(oldIssuer), oldIssuer)))
        .isEqualTo(PeerRefusal.EXPIRED);
    Made oldRoot = authority("r").valid(NOW.minusSeconds(99), NOW.minusSeconds(1)).selfSigned();
    assertThat(
            reason(
                verify(
                    List.of(leaf(ID).signedBy(oldRoot).certificate()),
                    new TrustBundle(Map.of(MESH, List.of(oldRoot.certificate()))),
                    PeerRole.CLIENT)))
        .isEqualTo(PeerRefusal.EXPIRED);
  }

  @Test
  void onlyAuthoritiesMaySign() {
    Made notAuthority =
        authority("n")
            .with(Extension.basicConstraints, true, new BasicConstraints(false))
            .signedBy(root);
    Made noConstraints = authority("n").without(Extension.basicConstraints).signedBy(root);
    Made noCertSign = authority("n").keyUsage(KeyUsage.cRLSign).signedBy(root);
    Made noUsage = authority("n").without(Extension.keyUsage).signedBy(root);
    Made leaf = leaf("spiffe://mesh.test/x").subject("CN=n").signedBy(root);
    for (Made bad : List.of(notAuthority, noConstraints, noCertSign, noUsage, leaf)) {
      assertThat(reason(verify(leaf(ID).signedBy(bad), bad))).isEqualTo(PeerRefusal.ISSUER_NOT_CA);
    }
  }

  @Test
  void anAuthoritysSpiffeIdHasNoPath() {
    Made good = authority("g").uris(false, "spiffe://mesh.test").signedBy(root);
    assertThat(verify(leaf(ID).signedBy(good), good)).isInstanceOf(PeerVerdict.Accepted.class);
    Made bad = authority("b").uris(false, "spiffe://mesh.test/ns/a/sa/ca").signedBy(root);
    assertThat(reason(verify(leaf(ID).signedBy(bad), bad)))
        .isEqualTo(PeerRefusal.INVALID_SPIFFE_ID);
  }

  @Test
  void pathLengthIsHonoured() {
    Made last =
        authority("last")
            .with(Extension.basicConstraints, true, new BasicConstraints(0))
            .signedBy(root);
    assertThat(verify(leaf(ID).signedBy(last), last)).isInstanceOf(PeerVerdict.Accepted.class);
    Made below = authority("below").signedBy(last);
    assertThat(reason(verify(leaf(ID).signedBy(below), below, last)))
        .isEqualTo(PeerRefusal.PATH_LENGTH);
  }

  @Test
  void nameConstraintsOnUrisHoldForTheTrustDomain() {
    assertThat(constrained("mesh.test", null)).isInstanceOf(PeerVerdict.Accepted.class);
    assertThat(constrained(".test", null)).isInstanceOf(PeerVerdict.Accepted.class);
    assertThat(constrained(null, "other.test")).isInstanceOf(PeerVerdict.Accepted.class);
    for (PeerVerdict verdict :
        List.of(
            constrained("other.test", null),
            constrained(".mesh.test", null),
            constrained("test", null),
            constrained(null, "mesh.test"),
            constrained("mesh.test", ".test"))) {
      assertThat(reason(verdict)).isEqualTo(PeerRefusal.NAME_CONSTRAINTS);
    }
  }

  @Test
  void weakKeysAreRefusedAnywhereOnThePath() {
    assertRefused(PeerRefusal.WEAK_KEY, leaf(ID).keys(TestCertificate.rsa(1024)));
    Made weak = authority("weak").keys(TestCertificate.rsa(1024)).signedBy(root);
    assertThat(reason(verify(leaf(ID).algorithm("SHA256withRSA").signedBy(weak), weak)))
        .isEqualTo(PeerRefusal.WEAK_KEY);
  }

  @Test
  void weakSignaturesAreRefused() {
    assertRefused(PeerRefusal.WEAK_SIGNATURE, leaf(ID).algorithm("SHA1withECDSA"));
    Made rsa = authority("rsa").keys(TestCertificate.rsa(2048)).signedBy(root);
    for (String algorithm : List.of("SHA1withRSA", "MD5withRSA", "SHA1withRSAandMGF1")) {
      assertThat(reason(verify(leaf(ID).algorithm(algorithm).signedBy(rsa), rsa)))
          .as(algorithm)
          .isEqualTo(PeerRefusal.WEAK_SIGNATURE);
    }
  }

  @Test
  void unknownCriticalExtensionsAreRefusedAnywhereOnThePath() {
    ASN1ObjectIdentifier unknown = new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1");
    assertRefused(PeerRefusal.CRITICAL_EXTENSION, leaf(ID).with(unknown, true, DERNull.INSTANCE));
    assertAccepted(leaf(ID).with(unknown, false, DERNull.INSTANCE).signedBy(issuer));
    Made odd = authority("odd").with(unknown, true, DERNull.INSTANCE).signedBy(root);
    assertThat(reason(verify(leaf(ID).signedBy(odd), odd)))
        .isEqualTo(PeerRefusal.CRITICAL_EXTENSION);
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
  void intermediatesMayComeInAnyOrderAndWithOnesThatDoNotMatter() {
    Made lower = authority("lower").signedBy(issuer);
    Made other = authority("other").selfSigned();
    Made leaf = leaf(ID).signedBy(lower);
    assertThat(verify(leaf, issuer, other, lower, root)).isInstanceOf(PeerVerdict.Accepted.class);
    assertThat(reason(verify(lower, leaf, issuer)))
        .as("but the leaf is first")
        .isEqualTo(PeerRefusal.NO_SPIFFE_ID);
    assertThat(reason(verify(leaf, issuer)))
        .as("and none may be missing")
        .isEqualTo(PeerRefusal.UNTRUSTED);
  }

  @Test
  void crossedSignaturesEndInBoundedTime() {
    // Nine authorities of one name: each could stand above each.
    List<Made> tangle = new ArrayList<>();
    KeyPair shared = TestCertificate.ec("secp256r1");
    Made first = authority("tangle").keys(shared).selfSigned();
    for (int i = 0; i < 9; i++) {
      tangle.add(authority("tangle").keys(shared).signedBy(first));
    }
    assertThat(reason(verify(leaf(ID).signedBy(first), tangle.toArray(Made[]::new))))
        .isEqualTo(PeerRefusal.CHAIN_TOO_LONG);
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
  void aRefusalsDetailCannotForgeALineOfALog() {
    Made evil = authority("evil\\0Alevel=info msg=accepted").selfSigned();
    PeerVerdict verdict = verify(leaf(ID).signedBy(evil));
    assertThat(((PeerVerdict.Refused) verdict).detail()).doesNotContain("\n");
  }

  private PeerVerdict constrained(@Nullable String permitted, @Nullable String excluded) {
    Made held =
        authority("held")
            .with(
                Extension.nameConstraints,
                true,
                new NameConstraints(subtree(permitted), subtree(excluded)))
            .signedBy(root);
    return verify(leaf(ID).signedBy(held), held);
  }

  private static GeneralSubtree @Nullable [] subtree(@Nullable String uri) {
    return uri == null
        ? null
        : new GeneralSubtree[] {
          new GeneralSubtree(new GeneralName(GeneralName.uniformResourceIdentifier, uri))
        };
  }

  private void assertAccepted(Made leaf) {
    assertThat(verify(leaf, issuer)).isInstanceOf(PeerVerdict.Accepted.class);
  }

  private void assertRefused(PeerRefusal reason, TestCertificate leaf) {
    assertThat(reason(verify(leaf.signedBy(issuer), issuer))).isEqualTo(reason);
  }

  private static PeerRefusal reason(PeerVerdict verdict) {
    assertThat(verdict).isInstanceOf(PeerVerdict.Refused.class);
    return ((PeerVerdict.Refused) verdict).reason();
  }

  private TrustBundle bundle() {
    return new TrustBundle(Map.of(MESH, List.of(root.certificate())));
  }

  private PeerVerdict verify(Made leaf, Made... others) {
    List<X509Certificate> chain =
        Stream.concat(Stream.of(leaf), Stream.of(others)).map(Made::certificate).toList();
    return verify(chain, bundle(), PeerRole.CLIENT);
  }

  private static PeerVerdict verify(
      List<X509Certificate> chain, TrustBundle bundle, PeerRole role) {
    List<PeerVerdict> verdicts =
        Crypto.all().stream()
            .map(crypto -> new PeerVerifier(crypto).verify(chain, bundle, role, NOW))
            .distinct()
            .toList();
    assertThat(verdicts).as("every implementation says the same").hasSize(1);
    return verdicts.getFirst();
  }
}
