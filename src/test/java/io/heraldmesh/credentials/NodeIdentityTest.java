package io.heraldmesh.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.FakeClock;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.InvalidCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class NodeIdentityTest {
  private final FakeClock clock = new FakeClock(Instant.parse("2030-01-01T00:00:00Z"));
  private final TestAuthority mesh = new TestAuthority(clock);
  private final HeraldSvid svid = mesh.svid(HeraldRole.NODE, "n1", Duration.ofHours(1));

  @TempDir Path state;
  private NodeIdentity identity;

  @BeforeEach
  void atFirst() {
    identity = NodeIdentity.in(state);
  }

  @Test
  void aNodeThatNeverJoinedHasNone() {
    assertThat(identity.load(mesh.crypto())).isEmpty();
    assertThat(identity.joiningKey(mesh.crypto())).isEmpty();
  }

  @Test
  void whatWasStoredIsFoundAgain() throws IOException {
    identity.store(svid, mesh.bundle());

    NodeIdentity.Held held = NodeIdentity.in(state).load(mesh.crypto()).orElseThrow();
    assertThat(held.svid().id()).isEqualTo(svid.id());
    assertThat(held.svid().chain()).isEqualTo(svid.chain());
    assertThat(held.svid().key().getEncoded()).isEqualTo(svid.key().getEncoded());
    assertThat(held.bundle().digest()).isEqualTo(mesh.bundle().digest());
    assertThat(held.valid(clock.instant())).isTrue();
    assertThat(held.valid(clock.instant().plus(Duration.ofHours(2)))).isFalse();
  }

  @Test
  void theNumberOfTheRootsIsFoundAgainWithThem() throws IOException {
    identity.store(new NodeIdentity.Held(svid, mesh.bundle(), 1_893_456_000_123L));
    assertThat(rootsNumber()).isEqualTo(1_893_456_000_123L);

    identity.store(svid, mesh.bundle());
    assertThat(rootsNumber()).as("of other roots").isZero();
  }

  /** As of a version that kept none, or damaged: the node starts, and takes what it is told. */
  @Test
  void rootsWithoutANumberThatCanBeReadHaveNone() throws IOException {
    identity.store(new NodeIdentity.Held(svid, mesh.bundle(), 7));
    Path number = state.resolve("node/roots-number").toRealPath();
    for (String damaged : new String[] {"", "seven", "-1", "99999999999999999999"}) {
      Files.writeString(number, damaged);
      assertThat(rootsNumber()).as(damaged).isZero();
    }
    Files.delete(number);
    assertThat(rootsNumber()).isZero();
  }

  private long rootsNumber() {
    return NodeIdentity.in(state).load(mesh.crypto()).orElseThrow().rootsNumber();
  }

  @Test
  void onlyThisUserMayReadTheKey() throws IOException {
    identity.store(svid, mesh.bundle());
    identity.beginJoin(svid.key());

    Path folder = state.resolve("node");
    assertThat(mode(folder)).isEqualTo("rwx------");
    assertThat(mode(folder.resolve("key.pem"))).isEqualTo("rw-------");
    assertThat(mode(folder.resolve("join-key.pem"))).isEqualTo("rw-------");
    Files.setPosixFilePermissions(
        folder.resolve("key.pem").toRealPath(), PosixFilePermissions.fromString("rw-r-----"));
    assertThatThrownBy(() -> identity.load(mesh.crypto()))
        .isInstanceOf(InvalidCertificate.class)
        .hasMessageContaining("chmod 600");
  }

  @Test
  void whoeverReadsFindsTheOldSetOrTheNewOne() throws Exception {
    identity.store(svid, mesh.bundle());
    AtomicBoolean over = new AtomicBoolean();
    Thread writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    for (int i = 0; i < 20; i++) {
                      identity.store(mesh.svid(HeraldRole.NODE, "n1"), mesh.bundle());
                    }
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  } finally {
                    over.set(true);
                  }
                });
    FileIdentity reader = new FileIdentity(state.resolve("node"));
    int reads = 0;
    while (!over.get()) {
      reader.readAndCompare();
      reads++;
    }
    writer.join();
    assertThat(reads).isPositive();
    try (var entries = Files.list(state.resolve("node"))) {
      assertThat(entries.filter(e -> e.getFileName().toString().startsWith("..set-")).count())
          .as("sets that are kept")
          .isLessThanOrEqualTo(2);
    }
  }

  /** Follows the link once, as a reader does that wants one whole set. */
  private record FileIdentity(Path folder) {
    void readAndCompare() throws Exception {
      Path set;
      String chain;
      String key;
      try {
        set = folder.resolve("..data").toRealPath();
        chain = Files.readString(set.resolve("cert-chain.pem"));
        key = Files.readString(set.resolve("key.pem"));
      } catch (java.nio.file.NoSuchFileException e) {
        return; // two sets on meanwhile
      }
      var crypto = io.heraldmesh.crypto.Crypto.preferred();
      assertThat(
              io.heraldmesh.identity.KeyMatch.fits(
                  io.heraldmesh.identity.PrivateKeyPem.parse(key, crypto),
                  io.heraldmesh.identity.CertificateChain.parsePem(chain).leaf(),
                  crypto))
          .isTrue();
    }
  }

  @Test
  void aSetThatWasCutShortLeavesTheOneBefore() throws IOException {
    identity.store(svid, mesh.bundle());
    // as after a kill between the new set and the link to it
    Path half = Files.createDirectory(state.resolve("node").resolve("..set-half"));
    Files.writeString(half.resolve("key.pem"), "-----BEGIN");
    Files.createSymbolicLink(state.resolve("node").resolve("..data.link"), half.getFileName());

    assertThat(identity.load(mesh.crypto()).orElseThrow().svid().chain()).isEqualTo(svid.chain());
    HeraldSvid next = mesh.svid(HeraldRole.NODE, "n1");
    identity.store(next, mesh.bundle());
    assertThat(identity.load(mesh.crypto()).orElseThrow().svid().chain()).isEqualTo(next.chain());
    assertThat(half).doesNotExist();
  }

  @Test
  void aKeyThatIsNotTheCertificatesIsRefusedWithoutAWordOfIt() throws IOException {
    identity.store(svid, mesh.bundle());
    String other = io.heraldmesh.identity.PrivateKeyPem.write(TestAuthority.keys().getPrivate());
    Files.writeString(state.resolve("node").resolve("key.pem"), other);

    assertThatThrownBy(() -> identity.load(mesh.crypto()))
        .isInstanceOf(InvalidCertificate.class)
        .hasMessageContaining("does not belong")
        .hasMessageNotContaining(other.lines().skip(1).findFirst().orElseThrow());
  }

  @Test
  void aWorkloadsCertificateIsNoNodesIdentity() throws IOException {
    identity.store(svid, mesh.bundle());
    var keys = TestAuthority.keys();
    var id = io.heraldmesh.identity.SpiffeId.workload(TestAuthority.TD, "a", "b");
    Path folder = state.resolve("node");
    Files.writeString(
        folder.resolve("cert-chain.pem"),
        new io.heraldmesh.identity.CertificateChain(mesh.chain(id, keys, Duration.ofHours(1)))
            .pem());
    Files.writeString(
        folder.resolve("key.pem"), io.heraldmesh.identity.PrivateKeyPem.write(keys.getPrivate()));

    assertThatThrownBy(() -> identity.load(mesh.crypto()))
        .isInstanceOf(InvalidCertificate.class)
        .hasMessageContaining("not an identity of Herald's own parts");
  }

  @Test
  void theKeyOfAJoinIsKeptUntilItIsOver() throws IOException {
    identity.beginJoin(svid.key());
    assertThat(NodeIdentity.in(state).joiningKey(mesh.crypto()).orElseThrow().getEncoded())
        .isEqualTo(svid.key().getEncoded());

    identity.endJoin();
    assertThat(identity.joiningKey(mesh.crypto())).isEmpty();
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
