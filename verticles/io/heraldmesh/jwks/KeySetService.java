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
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
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

  /** How long who asks for a set waits for a fetch that is under way. */
  private static final Duration OFFER_WITHIN = Duration.ofSeconds(3);

  /** After which a key that a slow fetch may bring is looked for again. */
  private static final Duration SOON = Duration.ofSeconds(1);

  private final KeySetSettings settings;
  private final InstantSource clock;
  private final Timers timers;
  private final Context context;
  private final WorkerExecutor workers;
  private final KeySetOrigin origin;
  private final Pauses pauses;
  private final KeySetMetrics metrics;
  private final @Nullable KeptSets shelf;

  /** Changed on the context only; read by any thread. */
  private final Map<KeySource, WatchedSource> watched = new ConcurrentHashMap<>();

  private volatile View view = new View(Map.of());
  private volatile List<KeySourceHealth> health = List.of();
  private volatile boolean closed;
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
    this.clock = clock;
    this.timers = timers;
    this.context = vertx.getOrCreateContext();
    this.workers = vertx.createSharedWorkerExecutor(threads, WORKERS);
    this.origin = origin.apply(workers);
    this.pauses = new Pauses(settings, random);
    this.metrics = metrics;
    KeySetShelf place = settings.shelf();
    this.shelf = place == null ? null : new KeptSets(place);
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
        go -> watched.values().stream().filter(one -> one.failures > 0).forEach(this::fetch));
  }

  /**
   * The last good set of one source, for somebody elsewhere. Where there is none, or only one from
   * before a restart, or a key is missed in it, a fetch under way is waited for, though not long; a
   * missed key begins one as {@link KeySets#unknownKey} does.
   */
  Future<Offer> offer(KeySource source, boolean keyMissed) {
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
          if (keyMissed) {
            fetchForUnknownKey(one);
          }
          boolean fresh = one.lastGood != null && !one.kept && !keyMissed;
          if (fresh || !one.fetching && one.tried.future().isComplete()) {
            return Future.succeededFuture(offer(one, keyMissed ? untilAsked(one) : null));
          }
          Promise<Offer> offered = Promise.promise();
          Timers.Running late =
              timers.after(
                  OFFER_WITHIN, () -> offered.tryComplete(offer(one, keyMissed ? SOON : null)));
          (one.fetching ? one.fetched : one.tried)
              .future()
              .onComplete(
                  done ->
                      context.runOnContext(
                          go -> {
                            late.cancel();
                            offered.tryComplete(offer(one, null));
                          }));
          return offered.future();
        });
  }

  /**
   * @param held null: no set was ever fetched
   * @param problem why the last fetch failed; null: it did not
   * @param again when a fetch for a missed key is due; null: none is, or it was made
   */
  record Offer(@Nullable HeldKeys held, @Nullable String problem, @Nullable Duration again) {}

  private static Offer offer(WatchedSource one, @Nullable Duration again) {
    return new Offer(one.lastGood, one.lastError, again);
  }

  private Duration untilAsked(WatchedSource one) {
    return Duration.ofMillis(Math.max(0, one.quietUntil - clock.millis()));
  }

  /** Stops fetching; what was fetched stays readable. */
  public Future<Void> close() {
    return onContext(
            () -> {
              if (closed) {
                return Future.<Void>succeededFuture();
              }
              closed = true;
              watched.values().forEach(WatchedSource::stopTimer);
              Future<Boolean> written = workers.executeBlocking(() -> true, /* ordered= */ true);
              metrics.show(List.of());
              return written.eventually(origin::close).<Void>mapEmpty();
            })
        .eventually(workers::close);
  }

  /**
   * A token asked for a key that the set lacks: the issuer may have rotated. The source is fetched
   * again, at most once per {@link KeySetSettings#unknownKeyPause}; a key that is missed within the
   * pause is looked for at its end. Costs next to nothing while that is under way.
   */
  private void unknownKey(KeySource source) {
    WatchedSource one = watched.get(source);
    if (one != null && !one.fetching && one.keyMissed.compareAndSet(false, true)) {
      context.runOnContext(go -> fetchForUnknownKey(one));
    }
  }

  private void fetchForUnknownKey(WatchedSource one) {
    if (closed || one.fetching || !one.wanted) {
      one.keyMissed.set(false);
      return;
    }
    long now = clock.millis();
    if (now >= one.quietUntil) {
      one.quietUntil = now + settings.unknownKeyPause().toMillis();
      fetch(one, true);
    } else if (one.quietUntil < one.due()) {
      schedule(one, Duration.ofMillis(one.quietUntil - now), () -> fetchForUnknownKey(one));
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
      fetch(one);
    } else {
      readKept(one, shelf);
    }
    return one.tried.future();
  }

  /**
   * First what was kept, then what is new: a start must not wait long for an issuer that is away.
   */
  private void readKept(WatchedSource one, KeptSets kept) {
    workers
        .executeBlocking(() -> kept.read(one.source), /* ordered= */ false)
        .onComplete(
            read ->
                context.runOnContext(
                    go -> {
                      HeldKeys found = read.result();
                      if (found != null) {
                        one.lastGood = found;
                        one.kept = true;
                        publish();
                        LOG.info(
                            "jwks_kept source={} keys={} fetched={}",
                            one.label,
                            found.set().keys().size(),
                            found.fetched());
                        timers.after(settings.keptPatience(), one.tried::tryComplete);
                      }
                      fetch(one);
                    }));
  }

  private void unwant(WatchedSource one) {
    one.wanted = false;
    schedule(one, settings.forgetAfter(), () -> forget(one));
  }

  private void forget(WatchedSource one) {
    watched.remove(one.source, one);
    publish();
    sweep();
  }

  private void fetch(WatchedSource one) {
    fetch(one, false);
  }

  private void fetch(WatchedSource one, boolean keyMissed) {
    if (closed || one.fetching || !one.wanted) {
      return;
    }
    one.fetching = true;
    one.fetched = Promise.promise();
    one.keyMissed.set(false);
    one.stopTimer();
    long begun = clock.millis();
    origin
        .fetch(new KeySetOrigin.Wish(one.source, one.timeout, one.lastGood, keyMissed))
        .onComplete(
            result ->
                context.runOnContext(
                    go -> {
                      one.fetching = false;
                      if (result.succeeded()) {
                        taken(one, result.result(), begun);
                      } else {
                        failed(one, String.valueOf(result.cause().getMessage()), begun);
                      }
                      one.tried.tryComplete();
                      one.fetched.complete();
                    }));
  }

  private void taken(WatchedSource one, FetchedKeys fetched, long begun) {
    Instant when = fetched.fetched();
    HeldKeys keys =
        new HeldKeys(fetched.set(), fetched.json(), when == null ? clock.instant() : when);
    hold(one, keys);
    String problem = fetched.problem();
    if (problem == null) {
      metrics.succeeded();
      one.kept = false;
      one.lastError = null;
      one.failing = null;
      one.failures = 0;
      publish();
      again(one, pauses.refresh(fetched.maxAge()));
    } else {
      failed(one, problem, begun);
    }
    Duration missed = fetched.again();
    if (missed != null && !closed && one.wanted) {
      one.quietUntil = clock.millis() + missed.toMillis();
      schedule(one, missed, () -> fetchForUnknownKey(one));
    }
  }

  private void hold(WatchedSource one, HeldKeys keys) {
    HeldKeys before = one.lastGood;
    one.lastGood = keys;
    KeySet set = keys.set();
    if (before == null || !before.set().digest().equals(set.digest())) {
      LOG.info(
          "jwks_changed source={} keys={} digest={}", one.label, set.keys().size(), set.digest());
      set.skipped().forEach(note -> LOG.info("jwks_key_skipped source={} {}", one.label, note));
      set.warnings().forEach(note -> LOG.warn("jwks_key source={} {}", one.label, note));
    }
    if (!keys.equals(before)) {
      onShelf(kept -> kept.write(one.source, keys.json(), keys.fetched()));
    }
  }

  private void sweep() {
    List<KeySource> named = List.copyOf(watched.keySet());
    onShelf(kept -> kept.keepOnly(named));
  }

  /** One after the other: an older set must not be written over a newer one. */
  private void onShelf(Consumer<KeptSets> work) {
    KeptSets kept = shelf;
    if (kept != null && !closed) {
      workers.executeBlocking(
          () -> {
            work.accept(kept);
            return true;
          },
          /* ordered= */ true);
    }
  }

  private void failed(WatchedSource one, String problem, long begun) {
    metrics.failed();
    one.failures++;
    one.failing = one.failing == null ? clock.instant() : one.failing;
    one.lastError = problem;
    one.quietUntil = Math.max(one.quietUntil, begun + settings.unknownKeyPause().toMillis());
    publish();
    Duration pause =
        one.possible ? pauses.retry(one.failures, one.lastGood != null) : settings.refresh();
    LOG.warn(
        "jwks_fetch_failed source={} failures={} last_good={} retry_ms={} error=\"{}\"",
        one.label,
        one.failures,
        one.lastGood == null ? null : one.lastGood.fetched(),
        pause.toMillis(),
        problem);
    again(one, pause);
  }

  private void again(WatchedSource one, Duration delay) {
    if (!closed && one.wanted) {
      schedule(one, delay, () -> fetch(one));
    }
  }

  private void schedule(WatchedSource one, Duration delay, Runnable action) {
    one.stopTimer();
    one.setTimer(timers.after(delay, action), clock.millis() + delay.toMillis());
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
