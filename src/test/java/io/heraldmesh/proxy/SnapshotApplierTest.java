package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.TestRevisions;
import io.heraldmesh.bus.Acknowledgement;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.EncodedSnapshot;
import io.heraldmesh.bus.EncodedSnapshot.Part;
import io.heraldmesh.bus.EpochGrant;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.bus.SchemaLevel;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.bus.SignedRevision;
import io.heraldmesh.bus.SnapshotCodec;
import io.heraldmesh.bus.SnapshotContent;
import io.heraldmesh.bus.SnapshotFrame;
import io.heraldmesh.credentials.SealedState;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.policy.Protocol;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What puts a snapshot into force is the test; nothing is asked and nothing goes over a bus. */
class SnapshotApplierTest {
  private static final EncodedSnapshot FIRST = snapshot("first");
  private static final EncodedSnapshot SECOND = snapshot("second");

  private final TestAuthority mesh = new TestAuthority(InstantSource.system());
  private final Vertx vertx = Vertx.vertx();
  private final SignedBus config = mesh.bus(vertx, HeraldRole.CONFIG, "config");
  private final SpiffeId id = SpiffeId.herald(TestAuthority.TD, HeraldRole.NODE, "n1");
  private final ByteString word =
      new EpochGrant(1).signed(mesh.bus(vertx, HeraldRole.CA, "authority"));
  private final LinkedBlockingQueue<Promise<Void>> handedOn = new LinkedBlockingQueue<>();
  private final AtomicInteger missing = new AtomicInteger();
  private final SnapshotApplier applier = applier(null);

  private SnapshotApplier applier(@Nullable KeptSnapshot kept) {
    return new SnapshotApplier(
        vertx,
        mesh.bus(vertx, HeraldRole.NODE, "n1"),
        new SnapshotReader("n1", SchemaLevel.NEWEST),
        this::handedOn,
        kept,
        missing::incrementAndGet);
  }

  private Future<Void> handedOn(NodeSnapshot snapshot) {
    Promise<Void> inForce = Promise.promise();
    handedOn.add(inForce);
    return inForce.future();
  }

  @AfterEach
  void stop() {
    Await.result(vertx.close());
  }

  /** They differ in what the node may call. */
  private static EncodedSnapshot snapshot(String name) {
    Destination destination =
        new Destination(
            "shop/" + name,
            Set.of(name + ".shop"),
            80,
            Protocol.HTTP,
            "outbound_.80_._." + name + ".shop",
            Set.of(),
            List.of());
    return EncodedSnapshot.of(
        Part.of(SnapshotCodec.encode(TestRevisions.empty("n1"))),
        Part.of(SnapshotCodec.encodeShared(List.of(destination), SchemaLevel.NEWEST)));
  }

  private SnapshotFrame frame(long number, EncodedSnapshot of, @Nullable SnapshotContent content) {
    return new SignedRevision(new Revision(1, number), Map.of(id, of.digest()))
        .frame(config, word, id, content);
  }

  private Future<Acknowledgement> take(long number, EncodedSnapshot whole) {
    return applier.take(frame(number, whole, whole.over(null)));
  }

  /** What waits to be put into force; waits for it. */
  private Promise<Void> next() throws InterruptedException {
    return Objects.requireNonNull(handedOn.poll(20, TimeUnit.SECONDS), "nothing was handed on");
  }

  private void inForce(long number, EncodedSnapshot whole) throws InterruptedException {
    Future<Acknowledgement> taken = take(number, whole);
    next().complete();
    assertThat(Await.result(taken).refusal()).isNull();
  }

  private Revision held() {
    return Objects.requireNonNull(applier.held()).revision();
  }

  @Test
  void aSnapshotIsHeldWhenItIsInForceAndNotBefore() throws InterruptedException {
    Future<Acknowledgement> taken = take(1, FIRST);
    Promise<Void> inForce = next();
    assertThat(applier.held()).isNull();
    assertThat(applier.first().isComplete()).isFalse();

    inForce.complete();
    assertThat(Await.result(taken).digest()).isEqualTo(FIRST.digest());
    assertThat(held()).isEqualTo(new Revision(1, 1));
    Await.result(applier.first());
  }

  @Test
  void theNextIsHandedOnWhenTheOneBeforeIsInForce() throws InterruptedException {
    Future<Acknowledgement> first = take(1, FIRST);
    Future<Acknowledgement> second = take(2, SECOND);
    Promise<Void> inForce = next();
    assertThat(handedOn).isEmpty();

    inForce.complete();
    Await.result(first);
    next().complete();
    Await.result(second);
    assertThat(held()).isEqualTo(new Revision(1, 2));
  }

  @Test
  void anOlderOneIsRefused() throws InterruptedException {
    inForce(2, SECOND);

    assertThat(Await.failure(take(1, FIRST))).hasMessageContaining("came before");
    assertThat(held()).isEqualTo(new Revision(1, 2));
  }

  /** After a restore, which changes the epoch and may change nothing else. */
  @Test
  void anEpochIsKeptOverARestartAlsoWhenTheSnapshotIsTheSame(@TempDir Path folder)
      throws Exception {
    KeptSnapshot kept = new KeptSnapshot(new SealedState(folder, new SecureRandom()));
    SnapshotApplier before = applier(kept);
    Future<Acknowledgement> taken = before.take(frame(1, FIRST, FIRST.over(null)));
    next().complete();
    Await.result(taken);
    ByteString later = new EpochGrant(2).signed(mesh.bus(vertx, HeraldRole.CA, "authority"));
    Revision restored = new Revision(2, 1);
    Await.result(
        before.take(
            new SignedRevision(restored, Map.of(id, FIRST.digest()))
                .frame(config, later, id, FIRST.over(null))));

    Await.until("kept", () -> kept.load().map(k -> k.revision().equals(restored)).orElse(false));
    SnapshotApplier again = applier(kept);
    Future<Void> start = again.restore();
    next().complete();
    Await.result(start);
    assertThat(Await.failure(again.take(frame(9, SECOND, SECOND.over(null)))))
        .hasMessageContaining("came before");
  }

  @Test
  void oneThatCannotBePutIntoForceIsAnsweredWithTheReasonAndTheOneBeforeStays()
      throws InterruptedException {
    inForce(1, FIRST);
    Future<Acknowledgement> taken = take(2, SECOND);
    next().fail("no memory");

    assertThat(Await.result(taken).refusal()).isEqualTo("no memory");
    assertThat(held()).isEqualTo(new Revision(1, 1));
  }

  @Test
  void whatDoesNotFitWhatIsHeldIsMissedUntilAllOfItComes() throws InterruptedException {
    inForce(1, FIRST);

    Await.failure(applier.take(frame(2, SECOND, null)));
    assertThat(applier.partMissing()).isTrue();
    assertThat(missing).hasValue(1);

    inForce(2, SECOND);
    assertThat(applier.partMissing()).isFalse();
  }
}
