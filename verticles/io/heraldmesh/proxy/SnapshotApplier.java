package io.heraldmesh.proxy;

import io.heraldmesh.bus.Acknowledgement;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.EncodedSnapshot;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.bus.SnapshotContent;
import io.heraldmesh.bus.SnapshotFrame;
import io.heraldmesh.bus.SnapshotProof;
import io.heraldmesh.bus.SnapshotProof.Held;
import io.heraldmesh.bus.SnapshotProof.Proven;
import io.heraldmesh.policy.NodeSnapshot;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts snapshots into force, one at a time, when config signed them for this node and their
 * revision rises. The last good one stays whatever happens, over a restart too. Thread-safe.
 */
final class SnapshotApplier {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotApplier.class);

  private final Vertx vertx;
  private final SignedBus bus;
  private final SnapshotReader reader;
  private final Function<NodeSnapshot, Future<Void>> consumer;
  private final @Nullable KeptSnapshot kept;
  private final @Nullable SnapshotKeeping keeping;
  private final Runnable missing;
  private final Promise<Void> first = Promise.promise();
  private Future<?> chain = Future.succeededFuture();

  /** Completes when what is held is on disk, or could not be written there. */
  private volatile Future<Void> keptYet = Future.succeededFuture();

  private volatile @Nullable Held held;
  private volatile boolean partMissing;

  /**
   * What became of a snapshot.
   *
   * @param kept completes when that may be said: what is in force must be so after a restart, too,
   *     or be known to need the control plane
   */
  record Taken(Acknowledgement acknowledgement, Future<Void> kept) {
    /** Completes with it then. */
    Future<Acknowledgement> said() {
      return kept.map(acknowledgement);
    }
  }

  /**
   * @param consumer puts a snapshot into force and completes when it is; when it fails, the one
   *     before must still be
   * @param kept where the last good one outlives the process; null: nowhere
   * @param missing called each time {@link #partMissing} is found to be true; any thread
   */
  SnapshotApplier(
      Vertx vertx,
      SignedBus bus,
      SnapshotReader reader,
      Function<NodeSnapshot, Future<Void>> consumer,
      @Nullable KeptSnapshot kept,
      Runnable missing) {
    this.vertx = vertx;
    this.bus = bus;
    this.reader = reader;
    this.consumer = consumer;
    this.kept = kept;
    this.keeping = kept == null ? null : new SnapshotKeeping(vertx, kept);
    this.missing = missing;
  }

  /** Completes once there is one in force. */
  Future<Void> first() {
    return first.future();
  }

  /** What is in force; null: nothing yet. */
  @Nullable Held held() {
    return held;
  }

  /** False: what is held is on its way to the disk, and is not to be confirmed before. */
  boolean settled() {
    return keptYet.isComplete();
  }

  /** Nothing is written any more that could not be yet. */
  void close() {
    if (keeping != null) {
      keeping.close();
    }
  }

  /** True: what was sent last did not fit what is held, so all of it is to be asked for. */
  boolean partMissing() {
    return partMissing;
  }

  /** What was good before the restart is in force before anybody is asked. Does not fail. */
  Future<Void> restore() {
    KeptSnapshot from = kept;
    if (from == null) {
      return Future.succeededFuture();
    }
    return vertx
        .executeBlocking(from::load)
        .compose(
            found ->
                found.isEmpty()
                    ? Future.succeededFuture()
                    : vertx
                        .executeBlocking(() -> reader.read(found.get().snapshot()))
                        .compose(consumer)
                        .onSuccess(v -> restored(found.get())))
        .recover(
            e -> {
              LOG.error("kept snapshot is not used: {}", e.getMessage());
              return Future.succeededFuture();
            });
  }

  private void restored(KeptSnapshot.Kept found) {
    held = new Held(found.revision(), found.snapshot());
    LOG.info("snapshot kept from before is in force revision={}", found.revision());
    first.tryComplete();
  }

  /**
   * Takes one that was pushed, after those that came before it. Completes with what is in force
   * then, and kept, or why not; fails when it is not believed or not newer.
   */
  Future<Acknowledgement> take(SnapshotFrame frame) {
    return enqueue(() -> taken(frame, SnapshotApplier::ignored)).compose(Taken::said);
  }

  /**
   * Takes the answer to a question, as {@link #take}, but does not wait until it is kept; one that
   * confirms what was held when it was asked counts only for that. An older one than what was held
   * then is what the control plane says now, of another database or mesh: it is refused, with what
   * to do.
   *
   * @param before what was held then
   */
  Future<Taken> answered(SnapshotFrame frame, @Nullable Held before) {
    return enqueue(
        () ->
            frame.content() == null && overtaken(before)
                ? tooLate()
                : taken(
                    frame,
                    (older, now) ->
                        overtaken(before)
                            ? ignored(older, now)
                            : Future.succeededFuture(refused(older, isNewer(now)))));
  }

  /** A push came between the question and its answer, which is of what was before. */
  boolean overtaken(@Nullable Held before) {
    Held now = held;
    return now != null && (before == null || now.revision().isAfter(before.revision()));
  }

  private static Future<Taken> tooLate() {
    return Future.failedFuture(
        new BusException(BusFailure.REPLAYED, "a later snapshot came before the answer"));
  }

  private synchronized Future<Taken> enqueue(Supplier<Future<Taken>> work) {
    Future<Taken> mine = chain.otherwiseEmpty().compose(before -> work.get());
    chain = mine;
    return mine;
  }

  /**
   * @param older says what becomes of one that is older than what is held
   */
  private Future<Taken> taken(SnapshotFrame frame, BiFunction<Proven, Held, Future<Taken>> older) {
    Held before = held;
    return vertx
        .executeBlocking(() -> SnapshotProof.verify(bus, frame, before))
        .onSuccess(proven -> partMissing = false)
        .onFailure(e -> notBelieved(frame, e))
        .compose(proven -> apply(proven, before, older));
  }

  /** A part that was lost before leaves the next one without its other half. */
  private void notBelieved(SnapshotFrame frame, Throwable reason) {
    LOG.warn("snapshot not believed: {}", reason.getMessage());
    SnapshotContent content = frame.content();
    if (content == null || !content.complete()) {
      partMissing = true;
      missing.run();
    }
  }

  private static Future<Taken> ignored(Proven older, Held now) {
    LOG.info("snapshot ignored revision={} held={}", older.revision(), now.revision());
    return Future.failedFuture(
        new BusException(BusFailure.REPLAYED, "revision " + now.revision() + " came before"));
  }

  private static String isNewer(Held now) {
    return "holds revision "
        + now.revision()
        + ", which is newer; if that is of a database or a mesh of before, stop this node, remove"
        + " sealed/snapshot in its stateDir and start it again";
  }

  private static Taken refused(Proven proven, String reason) {
    LOG.error("snapshot refused revision={} reason=\"{}\"", proven.revision(), reason);
    return new Taken(
        new Acknowledgement(proven.revision(), proven.snapshot().digest(), reason),
        Future.succeededFuture());
  }

  private Future<Taken> apply(
      Proven proven, @Nullable Held before, BiFunction<Proven, Held, Future<Taken>> older) {
    if (before != null && before.revision().isAfter(proven.revision())) {
      return older.apply(proven, before);
    }
    EncodedSnapshot snapshot = proven.snapshot();
    if (before != null && snapshot.digest().equals(before.snapshot().digest())) {
      // After a restart, too, nobody of the epoch before is followed.
      boolean keep = before.revision().epoch() != proven.revision().epoch();
      return Future.succeededFuture(inForce(proven, keep));
    }
    if (before != null && before.revision().equals(proven.revision())) {
      return Future.failedFuture(
          new BusException(
              BusFailure.UNAUTHENTICATED, "revision " + proven.revision() + " is two things"));
    }
    return vertx
        .executeBlocking(() -> reader.read(snapshot))
        .compose(consumer)
        .transform(
            done -> {
              if (done.failed()) {
                return Future.succeededFuture(
                    refused(proven, String.valueOf(done.cause().getMessage())));
              }
              LOG.info(
                  "snapshot in force revision={} digest={}",
                  proven.revision(),
                  snapshot.digest().abbreviated());
              Taken taken = inForce(proven, true);
              first.tryComplete();
              return Future.succeededFuture(taken);
            });
  }

  /**
   * @param keep false: it is on disk as it is, or on its way there
   */
  private Taken inForce(Proven proven, boolean keep) {
    Held now = new Held(proven.revision(), proven.snapshot());
    if (keep && keeping != null) {
      keptYet = keeping.keep(now);
    }
    held = now;
    return new Taken(
        new Acknowledgement(proven.revision(), proven.snapshot().digest(), null), keptYet);
  }
}
