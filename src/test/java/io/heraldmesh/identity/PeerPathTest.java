package io.heraldmesh.identity;

import static io.heraldmesh.identity.TestCertificate.NOW;
import static io.heraldmesh.identity.TestCertificate.authority;
import static io.heraldmesh.identity.TestCertificate.leaf;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.identity.TestCertificate.Made;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each refusal by what stands on the path between a leaf and a root. */
class PeerPathTest extends VerifiedPeers {
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
}
