package io.heraldmesh.proxy;

import io.heraldmesh.bus.Acknowledgement;
import io.heraldmesh.bus.Announcement;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.DistributorService;
import io.heraldmesh.bus.MalformedMessage;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.bus.SchemaLevel;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.bus.SnapshotFrame;
import io.heraldmesh.bus.SnapshotProof.Held;
import io.heraldmesh.bus.SnapshotPush;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.proxy.SnapshotApplier.Taken;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bus side of a node: says what runs here, asks for snapshots, has {@link SnapshotApplier} put
 * them into force, and says when they are. Messages may be lost, so it also asks: at the start,
 * then every 10 s. The last good snapshot stays whatever happens. What a process before this one
 * said counts no more, so it speaks before it asks.
 *
 * <p>Before the first snapshot nothing that is pushed counts: it could be an old one, played again.
 * The first is always the answer to a question of this process. Thread-safe; the snapshots are
 * handed on one at a time.
 */
public final class SnapshotSubscriber implements PolicySource {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotSubscriber.class);
  private static final Duration ASK_EVERY = Duration.ofSeconds(10);
  private static final Duration ASK_AGAIN = Duration.ofSeconds(1);

  /** How long a push is not answered, for want of the disk: its sender waits no longer than 5 s. */
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(4);

  private final Vertx vertx;
  private final SignedBus bus;
  private final DistributorService distributor;
  private final FailuresInARow unanswered = new FailuresInARow();
  private final NodeAnnouncing announcing;
  private final SnapshotApplier applier;

  private volatile boolean asked;
  private long timer = -1;
  private boolean open;
  private SignedBus.@Nullable Registration registration;

  /**
   * @param workloads what runs on this node, announced as it is until {@link #ready}
   * @param consumer puts a snapshot into force and completes when it is; when it fails, the one
   *     before must still be
   */
  public SnapshotSubscriber(
      Vertx vertx,
      SignedBus bus,
      List<Announcement.AnnouncedWorkload> workloads,
      InstantSource clock,
      Function<NodeSnapshot, Future<Void>> consumer) {
    this(vertx, bus, workloads, clock, consumer, null, SchemaLevel.NEWEST);
  }

  /**
   * As above.
   *
   * @param kept where the last good snapshot outlives the process, and is put into force from at
   *     once; null: nowhere
   * @param schemaLevel the newest that this node knows: {@link SchemaLevel#NEWEST}
   */
  public SnapshotSubscriber(
      Vertx vertx,
      SignedBus bus,
      List<Announcement.AnnouncedWorkload> workloads,
      InstantSource clock,
      Function<NodeSnapshot, Future<Void>> consumer,
      @Nullable KeptSnapshot kept,
      int schemaLevel) {
    this.applier =
        new SnapshotApplier(
            vertx,
            bus,
            new SnapshotReader(bus.self().herald().orElseThrow().name(), schemaLevel),
            consumer,
            kept,
            this::askForAll);
    this.vertx = vertx;
    this.bus = bus;
    this.distributor = DistributorService.over(bus);
    this.announcing = new NodeAnnouncing(distributor, clock, schemaLevel, workloads);
  }

  @Override
  public Future<Void> start() {
    synchronized (this) {
      open = true;
    }
    return applier
        .restore()
        .compose(
            restored -> {
              if (applier.held() != null) {
                announcing.becomeReady();
              }
              return SnapshotPush.receive(bus, this::pushed);
            })
        .onSuccess(
            r -> {
              synchronized (this) {
                registration = r;
              }
              ask();
            })
        .mapEmpty();
  }

  /**
   * The control plane is another, or was away: until it answered a question of this process nothing
   * that is pushed counts.
   */
  public void reattached() {
    asked = false;
    ask();
  }

  @Override
  public Future<Void> first() {
    return applier.first();
  }

  @Override
  public @Nullable Revision revision() {
    Held now = applier.held();
    return now == null ? null : now.revision();
  }

  @Override
  public @Nullable String refusal() {
    return announcing.refusal();
  }

  /** Replaces what was announced. Where that fails it is said again soon, if that is of use. */
  public Future<Void> announce(List<Announcement.AnnouncedWorkload> changed) {
    announcing.replace(changed);
    return announcing.announce().onFailure(e -> askLater(wait(e)));
  }

  /** Completes when the distributor was told; until it has been, it is told again. */
  @Override
  public Future<Void> ready() {
    return announcing.becomeReady() ? ask() : Future.succeededFuture();
  }

  /** Also stops asking. Pushes still count. */
  @Override
  public Future<Void> withdraw() {
    synchronized (this) {
      open = false;
      vertx.cancelTimer(timer);
    }
    return announcing.withdraw();
  }

  @Override
  public Future<Void> close() {
    SignedBus.Registration listening;
    synchronized (this) {
      open = false;
      vertx.cancelTimer(timer);
      listening = registration;
    }
    applier.close();
    return listening == null ? Future.succeededFuture() : listening.close();
  }

  /** Asks for what is in force, now; the timer calls it. */
  public Future<Void> ask() {
    Held now = applier.held();
    return (announcing.announced() ? Future.<Void>succeededFuture() : announcing.announce())
        .compose(done -> fetch(now))
        .recover(
            cause ->
                BusFailure.UNKNOWN_NODE.is(cause)
                    ? announcing.announce().compose(done -> fetch(now))
                    : Future.failedFuture(cause))
        .onComplete(
            done -> {
              tell(done.succeeded() ? null : done.cause());
              askLater(wait(done.failed() ? done.cause() : null));
            });
  }

  private void tell(@Nullable Throwable failure) {
    if (failure == null) {
      int before = unanswered.succeeded();
      if (before > 1) {
        LOG.info("the distributor answers again unanswered={}", before);
      }
      return;
    }
    int told = unanswered.failed();
    if (told > 0) {
      LOG.warn(
          "no answer from the distributor, what is in force stays unanswered={} reason=\"{}\"",
          told,
          failure.getMessage());
    }
  }

  /** Soon while something is missing, unless asking again is of no use. */
  private Duration wait(@Nullable Throwable failure) {
    if (!applier.partMissing() && failure instanceof BusException e && !e.failure().retryHelps()) {
      return ASK_EVERY;
    }
    return failure != null || applier.held() == null ? ASK_AGAIN : ASK_EVERY;
  }

  private synchronized void askLater(Duration wait) {
    if (open) {
      vertx.cancelTimer(timer);
      timer = vertx.setTimer(wait.toMillis(), id -> ask());
    }
  }

  /** Soon, but not at once, for whoever sends what does not fit could send more. */
  private void askForAll() {
    askLater(ASK_AGAIN);
  }

  private Future<Void> fetch(@Nullable Held now) {
    return distributor
        .fetch(confirmed(now))
        .onSuccess(answer -> asked = true)
        .compose(answer -> fetched(answer, now));
  }

  /**
   * What the distributor is told that this node holds, which it takes for an acknowledgement.
   *
   * @return null: nothing, so that all of it is sent
   */
  private @Nullable ByteString confirmed(@Nullable Held now) {
    return now == null || applier.partMissing() || !applier.settled()
        ? null
        : now.snapshot().digest();
  }

  /**
   * @param before what was held when the question was asked
   */
  private Future<Void> fetched(DistributorService.Fetched answer, @Nullable Held before) {
    SnapshotFrame frame;
    try {
      frame = SnapshotFrame.parse(answer.frame().toByteArray());
    } catch (MalformedMessage e) {
      return Future.failedFuture(e);
    }
    Future<Taken> taken = applier.answered(frame, before);
    // That it holds the one that it should, the question said already.
    return (frame.content() == null ? taken.<Void>mapEmpty() : taken.compose(this::confirm))
        .recover(
            e ->
                BusFailure.REPLAYED.is(e) && applier.overtaken(before)
                    ? Future.succeededFuture()
                    : Future.failedFuture(e));
  }

  private Future<Acknowledgement> pushed(SnapshotFrame frame) {
    if (applier.held() == null || !asked) {
      ask();
      return Future.failedFuture(new BusException(BusFailure.NOT_READY, "this node asks first"));
    }
    Future<Acknowledgement> taken = applier.take(frame);
    return BoundedWait.within(vertx, ANSWER_WITHIN, taken)
        .compose(waited -> taken.isComplete() ? taken : late(taken));
  }

  /** Nobody listens to the answer any more when it comes. */
  private Future<Acknowledgement> late(Future<Acknowledgement> taken) {
    taken.onSuccess(this::acknowledge);
    return Future.failedFuture(
        new BusException(BusFailure.NOT_READY, "not kept yet; acknowledged once it is"));
  }

  /** Asking goes on while the disk is slow, or hangs. */
  private Future<Void> confirm(Taken taken) {
    boolean kept = taken.kept().isComplete();
    Future<Void> confirmed = taken.said().compose(this::acknowledge);
    if (kept) {
      return confirmed;
    }
    confirmed.onFailure(e -> askLater(ASK_AGAIN));
    return Future.succeededFuture();
  }

  private Future<Void> acknowledge(Acknowledgement acknowledgement) {
    return distributor
        .acknowledge(acknowledgement)
        .onFailure(
            e ->
                LOG.warn(
                    "not acknowledged revision={} {}", acknowledgement.revision(), e.getMessage()));
  }
}
