package io.heraldmesh.jwks;

import io.heraldmesh.bus.SharedKeysService;
import io.heraldmesh.jwt.KeySet;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.jwt.KeySource;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the last good key set of every source that policy names, and keeps it fresh: fetched when
 * it is first named, every {@link KeySetSettings#refresh} after that, after a failure, and when a
 * token names a key that is not there. A failure, whatever its kind, changes nothing but health; a
 * set outlives the process on {@link KeySetSettings#shelf}. The sets come from their issuers, or
 * from a control plane that asks these for the whole mesh.
 *
 * <p>One for a node, whatever the number of workloads and event loops: a source is asked once. No
 * request ever waits here. Every method may be called from any thread; the work runs on one context
 * and two worker threads.
 */
public final class KeySetService {
  private static final Logger LOG = LoggerFactory.getLogger(KeySetService.class);
  private static final int WORKERS = 2;

  private final KeySetSettings settings;
  private final Timers timers;
  private final Context context;
  private final WorkerExecutor workers;
  private final KeySetOrigin origin;
  private final KeySetMetrics metrics;
  private final @Nullable Shelving shelf;
  private final KeySetRefresh refresh;
  private final KeySetOffers offers;

  /** Changed on the context only; read by any thread. */
  private final Map<KeySource, WatchedSource> watched = new ConcurrentHashMap<>();

  private volatile View view = new View(Map.of());
  private volatile List<KeySourceHealth> health = List.of();
  private boolean closed;
  private boolean sweeping;

  /** It was said at least once which sources there are. */
  private boolean told;

  /**
   * Sets from their issuers.
   *
   * @throws IllegalArgumentException when the roots in {@code settings} are of no use
   */
  public KeySetService(
      Vertx vertx,
      KeySetSettings settings,
      MeterRegistry meters,
      InstantSource clock,
      RandomGenerator random) {
    this(vertx, settings, meters, clock, random, Timers.of(vertx));
  }

  KeySetService(
      Vertx vertx,
      KeySetSettings settings,
      MeterRegistry meters,
      InstantSource clock,
      RandomGenerator random,
      Timers timers) {
    this(
        vertx,
        settings,
        "herald-jwks",
        workers -> new IssuerOrigin(new DocumentClient(vertx, settings, workers), workers),
        new KeySetMetrics(meters, clock, "herald_jwks_", true),
        clock,
        random,
        timers);
  }

  /** Sets from their issuers, for the whole mesh. As above. */
  static KeySetService ofMesh(
      Vertx vertx,
      KeySetSettings settings,
      MeterRegistry meters,
      InstantSource clock,
      RandomGenerator random,
      Timers timers) {
    return new KeySetService(
        vertx,
        settings,
        "herald-mesh-jwks",
        workers -> new IssuerOrigin(new DocumentClient(vertx, settings, workers), workers),
        new KeySetMetrics(meters, clock, "herald_mesh_jwks_", true),
        clock,
        random,
        timers);
  }

  /** Sets from the control plane. */
  public static KeySetService over(
      SharedKeysService control,
      Vertx vertx,
      KeySetSettings settings,
      MeterRegistry meters,
      InstantSource clock,
      RandomGenerator random) {
    return over(control, vertx, settings, meters, clock, random, Timers.of(vertx));
  }

  static KeySetService over(
      SharedKeysService control,
      Vertx vertx,
      KeySetSettings settings,
      MeterRegistry meters,
      InstantSource clock,
      RandomGenerator random,
      Timers timers) {
    return new KeySetService(
        vertx,
        settings,
        "herald-jwks",
        workers -> new ControlOrigin(control, workers),
        new KeySetMetrics(meters, clock, "herald_jwks_", false),
        clock,
        random,
        timers);
  }

  private KeySetService(
      Vertx vertx,
      KeySetSettings settings,
      String threads,
      Function<WorkerExecutor, KeySetOrigin> origin,
      KeySetMetrics metrics,
      InstantSource clock,
      RandomGenerator random,
      Timers timers) {
    this.settings = settings;
    this.timers = timers;
    this.context = vertx.getOrCreateContext();
    this.workers = vertx.createSharedWorkerExecutor(threads, WORKERS);
    this.origin = origin.apply(workers);
    this.metrics = metrics;
    KeySetShelf place = settings.shelf();
    this.shelf = place == null ? null : new Shelving(workers, new KeptSets(place));
    this.refresh =
        new KeySetRefresh(
            settings,
            clock,
            timers,
            context,
            this.origin,
            new Pauses(settings, random),
            metrics,
            shelf,
            this::publish);
    this.offers = new KeySetOffers(timers, context, refresh);
  }

  /** The sets fetched so far; take it anew for each request. */
  public KeySets current() {
    return view;
  }

  /** One entry for each source that policy names, by address. */
  public List<KeySourceHealth> health() {
    return health;
  }

  /**
   * Says which sources policy names now, each with how long a fetch of one document may take. New
   * ones are fetched at once; the others are forgotten after {@link KeySetSettings#forgetAfter}.
   * Inline sources need no fetching and are passed over.
   *
   * @return completes when each of these sources was tried at least once, whatever came of it
   */
  public Future<Void> watch(Map<KeySource, Duration> sources) {
    return onContext(
        () -> {
          told = true;
          List<Future<Void>> tried = new ArrayList<>();
          sources.forEach(
              (source, timeout) -> {
                if (!(source instanceof KeySource.Inline)) {
                  tried.add(want(source, timeout));
                }
              });
          for (WatchedSource one : List.copyOf(watched.values())) {
            if (one.wanted && !sources.containsKey(one.source)) {
              unwant(one);
            }
          }
          publish();
          if (!sweeping && shelf != null) {
            sweeping = true;
            timers.after(settings.forgetAfter(), this::sweep); // what policy dropped meanwhile
          }
          return Future.join(tried).mapEmpty();
        });
  }

  /** Asks again at once for what could not be had: whoever has it can be reached again. */
  public void reachable() {
    context.runOnContext(
        go -> watched.values().stream().filter(one -> one.failures > 0).forEach(refresh::fetch));
  }

  /**
   * The last good set of one source, for somebody elsewhere. Where there is none, or only one from
   * before a restart, or a key is missed in it, a fetch under way is waited for, though not long; a
   * missed key begins one as {@link KeySets#unknownKey} does.
   */
  Future<KeySetOffers.Offer> offer(KeySource source, boolean keyMissed) {
    return onContext(
        () -> {
          if (!told) {
            return Future.failedFuture(
                new FetchFailure(
                    "not ready yet, ask again: which sources policies name is not compiled so far"));
          }
          WatchedSource one = watched.get(source);
          if (one == null || !one.wanted) {
            return Future.failedFuture(new FetchFailure("no policy in force names this source"));
          }
          return offers.offer(one, keyMissed);
        });
  }

  /** Stops fetching; what was fetched stays readable. */
  public Future<Void> close() {
    return onContext(
            () -> {
              if (closed) {
                return Future.<Void>succeededFuture();
              }
              closed = true;
              refresh.close();
              watched.values().forEach(WatchedSource::stopTimer);
              Future<Void> written = shelf == null ? Future.succeededFuture() : shelf.close();
              metrics.show(List.of());
              return written.eventually(origin::close);
            })
        .eventually(workers::close);
  }

  /**
   * A token asked for a key that the set lacks: the issuer may have rotated. See {@link
   * KeySetRefresh#fetchForUnknownKey}; costs next to nothing while that is under way.
   */
  private void unknownKey(KeySource source) {
    WatchedSource one = watched.get(source);
    if (one != null && !one.fetching && one.keyMissed.compareAndSet(false, true)) {
      context.runOnContext(go -> refresh.fetchForUnknownKey(one));
    }
  }

  private Future<Void> want(KeySource source, Duration timeout) {
    WatchedSource known = watched.get(source);
    if (known != null && known.wanted) {
      known.timeout = timeout;
      return known.tried.future();
    }
    WatchedSource one = known == null ? new WatchedSource(source, timeout) : known;
    one.timeout = timeout;
    one.wanted = true;
    one.stopTimer();
    watched.put(source, one);
    if (known != null || shelf == null) {
      refresh.fetch(one);
    } else {
      readKept(one, shelf);
    }
    return one.tried.future();
  }

  /**
   * First what was kept, then what is new: a start must not wait long for an issuer that is away.
   */
  private void readKept(WatchedSource one, Shelving kept) {
    kept.read(one.source)
        .onComplete(
            read ->
                context.runOnContext(
                    go -> {
                      HeldKeys found = read.result();
                      if (found != null) {
                        one.lastGood = found;
                        one.shelved = found;
                        one.kept = true;
                        publish();
                        LOG.info(
                            "jwks_kept source={} keys={} fetched={}",
                            one.label,
                            found.set().keys().size(),
                            found.fetched());
                        timers.after(settings.keptPatience(), one.tried::tryComplete);
                      }
                      refresh.fetch(one);
                    }));
  }

  private void unwant(WatchedSource one) {
    one.wanted = false;
    refresh.schedule(one, settings.forgetAfter(), () -> forget(one));
  }

  private void forget(WatchedSource one) {
    watched.remove(one.source, one);
    publish();
    sweep();
  }

  private void sweep() {
    if (shelf != null) {
      shelf.keepOnly(watched.keySet());
    }
  }

  private void publish() {
    Map<KeySource, KeySet> sets = new HashMap<>();
    List<KeySourceHealth> named = new ArrayList<>();
    for (WatchedSource one : watched.values()) {
      if (one.lastGood != null) {
        sets.put(one.source, one.lastGood.set());
      }
      if (one.wanted) {
        named.add(one.health());
      }
    }
    named.sort(Comparator.comparing(KeySourceHealth::source));
    view = new View(Map.copyOf(sets));
    health = List.copyOf(named);
    metrics.show(health);
  }

  /** Also its start runs there: a future alone would run what follows on whoever asks. */
  private <T> Future<T> onContext(Supplier<Future<T>> work) {
    Promise<T> done = Promise.promise();
    context.runOnContext(
        go -> {
          try {
            work.get().onComplete(done);
          } catch (RuntimeException e) {
            done.fail(e);
          }
        });
    return done.future();
  }

  private final class View implements KeySets {
    private final Map<KeySource, KeySet> sets;

    View(Map<KeySource, KeySet> sets) {
      this.sets = sets;
    }

    @Override
    public @Nullable KeySet get(KeySource source) {
      return sets.get(source);
    }

    @Override
    public void unknownKey(KeySource source) {
      KeySetService.this.unknownKey(source);
    }
  }
}
