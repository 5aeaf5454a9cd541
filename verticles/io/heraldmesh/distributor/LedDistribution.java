package io.heraldmesh.distributor;

import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.DistributorService;
import io.heraldmesh.bus.MeshStatus;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.bus.SharedKeySets;
import io.heraldmesh.bus.UsedCertificates.ReportsPage;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Problems;
import io.heraldmesh.store.Lease;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.StoreException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The distributor of one of several control nodes: deployed while this one holds the lease, and
 * ready with the newest resources in case it gets it. All of its own state belongs to one context.
 */
public final class LedDistribution implements Distribution {
  private static final Logger LOG = LoggerFactory.getLogger(LedDistribution.class);

  /** How early a lease is given up. */
  private static final Duration MARGIN = Duration.ofSeconds(1);

  private static final Duration LEAST_PAUSE = Duration.ofMillis(100);
  private static final long WATCH_MILLIS = 250;

  /** After which a new distributor tries again what the database did not let it put into force. */
  private static final Duration AGAIN = Duration.ofSeconds(1);

  /** How long a new distributor waits for the nodes, which attach again within 8 s, and ask. */
  public static final Duration SETTLE = Duration.ofSeconds(9);

  private final Vertx vertx;
  private final Store store;
  private final Turn turn;
  private final MeshSource source;
  private final Function<Ledger, DistributorVerticle> making;
  private final DistributorService elsewhere;
  private final boolean stands;
  private final RememberedWorkloads remembered;
  private final Supplier<Set<String>> members;
  private final LostHolder lost;
  private final Context context;
  private @Nullable Newest newest;
  private @Nullable String rejection;
  private @Nullable Leading leading;
  private volatile long until;
  private Future<Void> transition = Future.succeededFuture();
  private boolean closed;
  private volatile boolean leads;

  /** Of the next attempt; none is pending while one is under way. */
  private long timer = -1;

  private Future<Void> underWay = Future.succeededFuture();

  /** What a holder that is gone has; null: nobody is known to be gone. */
  private @Nullable Lease left;

  private record Newest(Resources resources, @Nullable String stored) {}

  private record Leading(Lease lease, DistributorVerticle distributor) {}

  /**
   * @param node this one's name
   * @param source what the distributors compile with
   * @param making a distributor that writes this ledger, not deployed yet; may block
   * @param elsewhere asks the one that leads
   * @param stands whether this node may lead; false: it leaves that to others
   * @param controlNodes how many there are when all are well
   * @param members names of those that are members of the cluster now; any thread
   */
  public LedDistribution(
      Vertx vertx,
      Store store,
      String node,
      MeshSource source,
      Function<Ledger, DistributorVerticle> making,
      DistributorService elsewhere,
      boolean stands,
      int controlNodes,
      Supplier<Set<String>> members,
      MeterRegistry registry) {
    this.vertx = vertx;
    this.store = store;
    this.turn = new Turn(store, node + LostHolder.PROCESS + UUID.randomUUID());
    this.lost = new LostHolder(controlNodes);
    this.members = members;
    this.source = source;
    this.making = making;
    this.elsewhere = elsewhere;
    this.stands = stands;
    this.remembered = new RememberedWorkloads(store);
    this.context = vertx.getOrCreateContext();
    Gauge.builder("herald_leader", this, self -> self.leads() ? 1 : 0).register(registry);
  }

  /** Completes when it is known who leads, or that the database does not say. */
  public Future<Void> start() {
    if (!stands) {
      return Future.succeededFuture();
    }
    return onContext(
        () -> {
          vertx.setPeriodic(WATCH_MILLIS, id -> watch());
          return attempt();
        });
  }

  /** Under which name this process holds the lease. */
  String holder() {
    return turn.holder();
  }

  /**
   * Whether this node's distributor is the one that nodes follow. Any thread. A process that stood
   * still past the end of its lease says no the moment it goes on.
   */
  public boolean leads() {
    return leads && !overdue();
  }

  private boolean overdue() {
    return System.nanoTime() - until > 0;
  }

  private Future<Void> attempt() {
    long asked = System.nanoTime();
    Lease from = left;
    left = null;
    underWay =
        vertx
            .executeBlocking(() -> turn.ask(from), false)
            .transform(
                answer -> {
                  if (answer.failed()) {
                    LOG.warn("who distributes is not known: {}", answer.cause().getMessage());
                    later(Turn.LENGTHEN);
                    return Future.<Void>succeededFuture();
                  }
                  Turn.Answer known = answer.result();
                  lost.holds(known.others());
                  return learned(known.lease(), asked)
                      .onComplete(
                          done -> later(known.lease().isEmpty() ? known.again() : due(asked)));
                });
    return underWay;
  }

  /**
   * Counted from when it was asked for, as the lease is: a database that takes 3 s to answer still
   * lengthens it in time.
   */
  private static Duration due(long asked) {
    Duration left = Turn.LENGTHEN.minusNanos(System.nanoTime() - asked);
    return left.compareTo(LEAST_PAUSE) < 0 ? LEAST_PAUSE : left;
  }

  private void later(Duration wait) {
    if (!closed) {
      timer = vertx.setTimer(wait.toMillis(), id -> attempt());
    }
  }

  private Future<Void> learned(Optional<Lease> lease, long asked) {
    Leading now = leading;
    if (closed) {
      // whoever is next must not wait for its end; who still leads stops first
      return lease.filter(l -> now == null).map(this::giveBack).orElseGet(Future::succeededFuture);
    }
    if (lease.isEmpty()) {
      return now == null ? Future.succeededFuture() : stepDown("another node took it over");
    }
    until = asked + Turn.LIFE.minus(MARGIN).toNanos();
    if (now != null && now.lease().equals(lease.get())) {
      return Future.succeededFuture();
    }
    return (now == null ? Future.<Void>succeededFuture() : stepDown("its term has ended"))
        .compose(done -> lead(lease.get()));
  }

  private void watch() {
    if (leading != null && overdue()) {
      stepDown("the database did not lengthen it in time");
    }
    Lease gone = closed ? null : lost.look(members.get());
    if (gone != null) {
      left = gone;
      if (vertx.cancelTimer(timer)) {
        attempt();
      }
    }
  }

  private Future<Void> lead(Lease lease) {
    return next(
        () ->
            vertx
                .executeBlocking(() -> making.apply(Ledger.held(store, lease)))
                .compose(made -> vertx.deployVerticle(made).map(made))
                .onSuccess(made -> began(new Leading(lease, made)))
                .onFailure(
                    e -> {
                      LOG.error("cannot distribute, others may", e);
                      giveBack(lease);
                    })
                .mapEmpty());
  }

  private void began(Leading now) {
    leading = now;
    leads = true;
    LOG.info("distributing term={}", now.lease().term());
    catchUp(now);
  }

  /** Puts into force what came last, whoever led then. */
  private void catchUp(Leading now) {
    Newest last = newest;
    if (last != null) {
      now.distributor()
          .apply(last.resources(), last.stored())
          .onFailure(e -> context.runOnContext(v -> notInForce(now, e)));
    }
    if (rejection != null) {
      now.distributor().reject(rejection);
    }
  }

  /** Whoever gave the resources does not wait any more, so nobody else would try again. */
  private void notInForce(Leading tried, Throwable cause) {
    LOG.error("the newest resources are not in force: {}", cause.getMessage());
    if (cause instanceof StoreException failure && failure.mayPass()) {
      vertx.setTimer(
          AGAIN.toMillis(),
          id -> {
            if (tried.equals(leading)) {
              catchUp(tried);
            }
          });
    }
  }

  private Future<Void> stepDown(String why) {
    Leading now = leading;
    if (now == null) {
      return transition;
    }
    leading = null;
    leads = false;
    LOG.warn("distributing no more term={} reason=\"{}\"", now.lease().term(), why);
    return next(() -> vertx.undeploy(now.distributor().deploymentID()));
  }

  private Future<Void> next(Supplier<Future<Void>> step) {
    transition = transition.otherwiseEmpty().compose(before -> step.get());
    return transition;
  }

  private Future<Void> giveBack(Lease lease) {
    return vertx
        .executeBlocking(() -> turn.giveBack(lease), false)
        .onFailure(e -> LOG.warn("the lease ends by itself: {}", e.getMessage()))
        .mapEmpty();
  }

  @Override
  public Future<Revision> apply(Resources resources, @Nullable String stored) {
    return onContext(
        () -> {
          newest = new Newest(resources, stored);
          rejection = null;
          Leading now = leading;
          return now == null
              ? current()
              : now.distributor().apply(resources, stored).recover(this::currentWhenNotLeading);
        });
  }

  /** The one that took over has its own copy of the resources. */
  private Future<Revision> currentWhenNotLeading(Throwable cause) {
    return cause instanceof StoreException e && e.reason() == StoreException.Reason.TAKEN
        ? current()
        : Future.failedFuture(cause);
  }

  private Future<Revision> current() {
    return vertx.executeBlocking(turn::current, false);
  }

  /** Where another one leads, with the workloads that it keeps in the database. */
  @Override
  public Future<Problems> check(Resources resources) {
    return onContext(
        () -> {
          Leading now = leading;
          return now == null
              ? vertx.executeBlocking(
                  () -> source.compile(resources, remembered.now()).problems(), false)
              : now.distributor().check(resources);
        });
  }

  /** Where another one leads, that one finds out by what is registered. */
  @Override
  public Future<Void> forget(String node) {
    return onContext(
        () -> {
          Leading now = leading;
          return now == null ? Future.succeededFuture() : now.distributor().forget(node);
        });
  }

  @Override
  public Future<Void> reject(String problem) {
    return onContext(
        () -> {
          rejection = problem;
          Leading now = leading;
          return now == null ? Future.succeededFuture() : now.distributor().reject(problem);
        });
  }

  @Override
  public Future<MeshStatus> status() {
    return onContext(
        () -> {
          Leading now = leading;
          return now == null ? elsewhere.status() : now.distributor().status();
        });
  }

  @Override
  public Future<ReportsPage> reports(@Nullable String after) {
    return onContext(
        () -> {
          Leading now = leading;
          return now == null
              ? elsewhere.reports(after).recover(e -> unlessOlder(e, ReportsPage.NONE))
              : now.distributor().reports(after);
        });
  }

  @Override
  public Future<SharedKeySets> keySets() {
    return onContext(
        () -> {
          Leading now = leading;
          return now == null
              ? elsewhere.keySets().recover(e -> unlessOlder(e, SharedKeySets.NONE))
              : now.distributor().keySets();
        });
  }

  /** The one that leads is of a version before this one, and has nothing of the kind. */
  private static <T> Future<T> unlessOlder(Throwable cause, T nothing) {
    return BusFailure.UNKNOWN_TYPE.is(cause)
        ? Future.succeededFuture(nothing)
        : Future.failedFuture(cause);
  }

  /** Lets another one lead at once. */
  public Future<Void> close() {
    return onContext(
        () -> {
          closed = true;
          vertx.cancelTimer(timer);
          return underWay.otherwiseEmpty().compose(done -> stop());
        });
  }

  private Future<Void> stop() {
    Leading now = leading;
    return now == null
        ? Future.succeededFuture()
        : stepDown("this node stops").eventually(() -> giveBack(now.lease()));
  }

  private <T> Future<T> onContext(Supplier<Future<T>> work) {
    Promise<T> promise = Promise.promise();
    context.runOnContext(v -> work.get().onComplete(promise));
    return promise.future();
  }
}
