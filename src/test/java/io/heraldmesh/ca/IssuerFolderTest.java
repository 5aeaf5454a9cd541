package io.heraldmesh.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.FakeClock;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.Csr;
import io.heraldmesh.identity.Fingerprint;
import io.heraldmesh.identity.PeerRefusal;
import io.heraldmesh.identity.PeerRole;
import io.heraldmesh.identity.PeerVerdict;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class IssuerFolderTest {
  private static final TrustDomain MESH = new TrustDomain("mesh.test");
  private static final Duration YEAR = Duration.ofDays(365);

  private final FakeClock clock = new FakeClock(Instant.parse("2030-01-01T00:00:00Z"));
  private final Crypto crypto = Crypto.preferred();
  private final SecureRandom random = new SecureRandom();
  private final OfflineRoot root = root();
  private final KeyPair keys = NewAuthority.keys(crypto, random);
  private final SpiffeId web = SpiffeId.workload(MESH, "shop", "web");

  @TempDir Path folder;

  private OfflineRoot root() {
    NewAuthority.Root made = NewAuthority.root(MESH, clock.instant(), crypto, random);
    return new OfflineRoot(MESH, made.certificate(), made.key());
  }

  private IssuerFolder at(String name) {
    return new IssuerFolder(folder.resolve(name));
  }

  private X509Certificate sign(String name, OfflineRoot by) {
    return at(name).sign(by, YEAR, clock.instant(), crypto, random);
  }

  private Authority load(String name) {
    return new CacertsFolder(folder.resolve(name)).load(MESH, clock, crypto, random);
  }

  private Issued leaf(String name) {
    return load(name).sign(keys.getPublic(), web, Duration.ofHours(1), clock.instant());
  }

  @Test
  void eachControlNodeIssuesUnderTheOneRootWithAnIntermediateOfItsOwn() {
    sign("one", root);
    sign("two", root);

    assertThat(load("one").issuer()).isNotEqualTo(load("two").issuer());
    for (String signer : new String[] {"one", "two"}) {
      for (String trusting : new String[] {"one", "two"}) {
        assertThat(
                new PeerVerifier(crypto)
                    .verify(
                        leaf(signer).chain(),
                        load(trusting).bundle(),
                        PeerRole.SERVER,
                        clock.instant()))
            .isInstanceOf(PeerVerdict.Accepted.class);
      }
    }
  }

  @Test
  void anIntermediateSignsLeavesOnlyAndOnlyOfItsTrustDomain() throws Exception {
    X509Certificate issuer = sign("one", root);

    assertThat(issuer.getBasicConstraints()).isZero();
    assertThat(issuer.getCriticalExtensionOIDs()).contains("2.5.29.30");
    // A stolen intermediate's key certifies another trust domain's name: nobody believes it.
    IssuerFolder stolen = at("one");
    assertThat(stolen.issuer()).isEqualTo(issuer);
    Authority other =
        new Authority(
            new TrustDomain("other.test"),
            new AuthorityMaterial(
                issuer,
                load("one").material().issuerKey(),
                List.of(issuer),
                List.of(root.certificate()),
                null),
            crypto,
            random);
    assertThatThrownBy(
            () ->
                other.sign(
                    keys.getPublic(),
                    SpiffeId.workload(new TrustDomain("other.test"), "shop", "web"),
                    null,
                    clock.instant()))
        .isInstanceOf(IssuanceRefused.class)
        .hasMessageContaining(PeerRefusal.NAME_CONSTRAINTS.name());
  }

  @Test
  void onlyTheUserMayReadTheKey() throws IOException {
    sign("one", root);

    Path key = folder.resolve("one").resolve("ca-key.pem").toRealPath();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
        .isEqualTo("rw-------");
  }

  @Test
  void aLostControlNodeIsReplacedByAnotherWithoutAChangeOfTrust() {
    sign("one", root);
    Issued before = leaf("one");
    Authority trusting = load("one");

    sign("replacement", root);

    assertThat(load("replacement").bundle().digest()).isEqualTo(trusting.bundle().digest());
    for (Issued leaf : List.of(before, leaf("replacement"))) {
      assertThat(
              new PeerVerifier(crypto)
                  .verify(leaf.chain(), trusting.bundle(), PeerRole.CLIENT, clock.instant()))
          .isInstanceOf(PeerVerdict.Accepted.class);
    }
  }

  @Test
  void aKeyNeedNotTravelToBeSignedFor() {
    String request = at("node").request(crypto, random);
    at("courier").signFor(request, root, YEAR, clock.instant(), crypto, random);
    assertThat(folder.resolve("courier").resolve("ca-key.pem")).doesNotExist();

    at("node").signFor(request, root, YEAR, clock.instant(), crypto, random);
    assertThat(leaf("node").chain()).hasSize(2);
    assertThatThrownBy(() -> at("node").request(crypto, random))
        .hasMessageContaining("is not overwritten");
  }

  @Test
  void aRequestOfAnotherKeyDoesNotTakeThePlaceOfThisNodes() {
    at("node").request(crypto, random);
    String other = Csr.pem(Csr.create(NewAuthority.keys(crypto, random), crypto));

    assertThatThrownBy(() -> at("node").signFor(other, root, YEAR, clock.instant(), crypto, random))
        .hasMessageContaining("is not the key of");
    assertThat(folder.resolve("node").resolve("ca-cert.pem")).doesNotExist();
    assertThatThrownBy(
            () -> at("node").signFor("nothing", root, YEAR, clock.instant(), crypto, random))
        .isInstanceOf(AuthorityException.class);
  }

  @Test
  void anIntermediateNeverOutlivesItsRoot() {
    clock.advance(Duration.ofDays(3600));

    X509Certificate issuer = sign("one", root);
    assertThat(issuer.getNotAfter()).isEqualTo(root.certificate().getNotAfter());
  }

  @Test
  void aRootIsChangedInThreeStepsAndEveryLeafIsTrustedInBetween() {
    OfflineRoot next = root();
    sign("one", root);
    Issued old = leaf("one");

    assertThat(at("one").addRoot(next.certificate(), clock.instant())).isTrue();
    assertThat(at("one").addRoot(next.certificate(), clock.instant())).isFalse();
    Authority added = load("one");
    assertTrusted(old, added);
    assertThat(added.issuer()).isEqualTo(old.chain().get(1));

    sign("one", next);
    Authority switched = load("one");
    Issued fresh = leaf("one");
    assertTrusted(old, switched);
    assertTrusted(fresh, switched);
    assertTrusted(fresh, added);

    at("one").dropRoot(Fingerprint.of(root.certificate()));
    Authority dropped = load("one");
    assertTrusted(fresh, dropped);
    assertThat(
            new PeerVerifier(crypto)
                .verify(old.chain(), dropped.bundle(), PeerRole.CLIENT, clock.instant()))
        .isInstanceOf(PeerVerdict.Refused.class);
  }

  @Test
  void noStepComesBeforeItsTime() {
    OfflineRoot next = root();
    sign("one", root);

    assertThatThrownBy(() -> sign("one", next)).hasMessageContaining("herald ca rotate add");
    at("one").addRoot(next.certificate(), clock.instant());
    assertThatThrownBy(() -> at("one").dropRoot(Fingerprint.of(root.certificate())))
        .hasMessageContaining("have a new intermediate signed first");
    assertThatThrownBy(() -> at("one").dropRoot(new Fingerprint("0".repeat(64))))
        .hasMessageContaining("holds no root");
    assertThat(load("one").bundle().of(MESH)).hasSize(2);
  }

  private void assertTrusted(Issued leaf, Authority by) {
    assertThat(
            new PeerVerifier(crypto)
                .verify(leaf.chain(), by.bundle(), PeerRole.CLIENT, clock.instant()))
        .isInstanceOf(PeerVerdict.Accepted.class);
  }

  /** As cert-manager writes it beside what is there: the node reads that. */
  @Test
  void theTlsFormIsWhatIsShownAndNobodyElseChangesItsRoots() throws Exception {
    sign("one", root);
    OfflineRoot other = root();
    sign("other", other);
    Path one = folder.resolve("one");
    Path its = folder.resolve("other");
    Files.copy(its.resolve("cert-chain.pem"), one.resolve("tls.crt"));
    Files.copy(its.resolve("ca-key.pem"), one.resolve("tls.key"));
    Files.copy(its.resolve("root-cert.pem"), one.resolve("ca.crt"));

    assertThat(at("one").issuer()).isEqualTo(load("one").issuer());
    assertThat(at("one").roots()).isEqualTo(load("one").bundle().of(MESH));
    for (Runnable change :
        List.<Runnable>of(
            () -> at("one").addRoot(root().certificate(), clock.instant()),
            () -> at("one").dropRoot(Fingerprint.of(root.certificate())))) {
      assertThatThrownBy(change::run)
          .isInstanceOf(AuthorityException.class)
          .hasMessageContaining("tls.crt")
          .hasMessageContaining("ca.crt");
    }
    assertThat(at("one").roots()).containsExactly(other.certificate());
  }
}
