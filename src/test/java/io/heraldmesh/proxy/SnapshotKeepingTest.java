package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.TestRevisions;
import io.heraldmesh.bus.Acknowledgement;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.EncodedSnapshot;
import io.heraldmesh.bus.EpochGrant;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.bus.SchemaLevel;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.bus.SignedRevision;
import io.heraldmesh.bus.SnapshotCodec;
import io.heraldmesh.bus.SnapshotProof.Held;
import io.heraldmesh.credentials.SealedState;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.policy.Protocol;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a node said that it enforces, it enforces after a restart without the control plane, too, or
 * nothing; whatever becomes of its disk.
 */
class SnapshotKeepingTest {
  @TempDir private Path folder;
  private final TestAuthority mesh = new TestAuthority(InstantSource.system());
  private final Vertx vertx = Vertx.vertx();
  private final SignedBus config = mesh.bus(vertx, HeraldRole.CONFIG, "config");
  private final SpiffeId id = SpiffeId.herald(TestAuthority.TD, HeraldRole.NODE, "n1");
  private final ByteString word =
      new EpochGrant(1).signed(mesh.bus(vertx, HeraldRole.CA, "authority"));
  private final SlowRandom disk = new SlowRandom();
  private final List<NodeSnapshot> inForce = new CopyOnWriteArrayList<>();
  private KeptSnapshot kept;
  private SnapshotApplier applier;

  /** Whatever is sealed needs some of it first, so that this is how slow the disk is. */
  private static final class SlowRandom extends SecureRandom {
    private static final long serialVersionUID = 1;
    private final transient Semaphore writes = new Semaphore(1_000_000);
    private final transient AtomicInteger begun = new AtomicInteger();

    @Override
    public void nextBytes(byte[] bytes) {
      begun.incrementAndGet();
      writes.acquireUninterruptibly();
      super.nextBytes(bytes);
    }

    void stop() {
      writes.drainPermits();
    }

    void goOn() {
      writes.release(1000);
    }
  }

  @BeforeEach
  void start() throws IOException {
    kept = new KeptSnapshot(new SealedState(folder, disk));
    applier = applier(kept);
  }

  @AfterEach
  void end() {
    disk.goOn();
    applier.close();
    Await.result(vertx.close());
  }

  private SnapshotApplier applier(KeptSnapshot over) {
    return new SnapshotApplier(
        vertx,
        mesh.bus(vertx, HeraldRole.NODE, "n1"),
        new SnapshotReader("n1", SchemaLevel.NEWEST),
        snapshot -> {
          inForce.add(snapshot);
          return Future.succeededFuture();
        },
        over,
        () -> {});
  }

  private static EncodedSnapshot snapshot(long number) {
    Destination only =
        new Destination(
            "shop/s" + number,
            Set.of("s" + number + ".shop"),
            80,
            Protocol.HTTP,
            "",
            Set.of(),
            List.of());
    return EncodedSnapshot.whole(
        SnapshotCodec.encode(TestRevisions.empty("n1").calling(List.of(only))));
  }

  private Future<Acknowledgement> take(long number) {
    EncodedSnapshot snapshot = snapshot(number);
    return applier.take(
        new SignedRevision(new Revision(1, number), Map.of(id, snapshot.digest()))
            .frame(config, word, id, snapshot.over(null)));
  }

  private void awaitInForce(long number) {
    Await.until("in force", () -> number == number(applier.held()));
  }

  private static long number(@Nullable Held held) {
    return held == null ? 0 : held.revision().number();
  }

  /** Of what a restart would put into force without the control plane; 0: nothing. */
  private long afterARestart() {
    try {
      SnapshotApplier restarted =
          applier(new KeptSnapshot(new SealedState(folder, new SecureRandom())));
      Await.result(restarted.restore());
      return number(restarted.held());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatIsAcknowledgedIsOnDisk() {
    for (long number = 1; number <= 20; number++) {
      assertThat(Await.result(take(number)).refusal()).isNull();
      assertThat(number(applier.held())).isEqualTo(number);
      assertThat(afterARestart()).isEqualTo(number);
    }
  }

  @Test
  void aRestartNeverBringsBackAnOlderOneWhenTheNewestCouldNotBeWritten() throws IOException {
    Await.result(take(1));
    Path obstacle = Files.createDirectories(folder.resolve("snapshot.new/full"));

    assertThat(Await.result(take(2)).refusal()).isNull();
    assertThat(kept.problem()).contains("a restart will need the control plane");
    assertThat(afterARestart()).isZero();

    Files.delete(obstacle);
    Await.until("written when there is room", () -> kept.problem() == null);
    assertThat(afterARestart()).isEqualTo(2);
  }

  @Test
  void whatIsInForceDoesNotWaitForTheDiskAndOnlyTheNewestIsWrittenAfterIt() {
    Await.result(take(1));
    int before = disk.begun.get();
    disk.stop();
    Future<Acknowledgement> first = take(2);
    Await.until("being written", () -> disk.begun.get() > before);
    List<Future<Acknowledgement>> meanwhile = List.of(take(3), take(4), take(5));

    awaitInForce(5);
    assertThat(first.isComplete()).isFalse();
    assertThat(meanwhile).noneMatch(Future::isComplete);
    assertThat(applier.settled()).isFalse();
    assertThat(afterARestart()).as("nobody was told of another").isEqualTo(1);

    disk.goOn();
    assertThat(Await.result(first).revision().number()).isEqualTo(2);
    for (int i = 0; i < meanwhile.size(); i++) {
      assertThat(Await.result(meanwhile.get(i)).revision().number()).isEqualTo(3 + i);
    }
    assertThat(applier.settled()).isTrue();
    assertThat(disk.begun).hasValue(before + 2);
    assertThat(afterARestart()).isEqualTo(5);
  }

  @Test
  void whatIsSentTwiceIsAcknowledgedWhenItIsOnDiskAndNotBefore() {
    disk.stop();
    Future<Acknowledgement> first = take(2);
    awaitInForce(2);
    Future<Acknowledgement> again = take(2);
    Await.failure(take(1));

    assertThat(again.isComplete()).isFalse();
    disk.goOn();
    Await.result(first);
    Await.result(again);
    assertThat(inForce).hasSize(1);
  }
}
