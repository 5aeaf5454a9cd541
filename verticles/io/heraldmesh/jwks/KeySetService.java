package io.heraldmesh.jwks;

import io.heraldmesh.jwt.KeySet;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.jwt.KeySource;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.nio.file.Path;
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
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the last good key set of every source that policy names, and keeps it fresh: fetched when
 * it is first named, every {@link KeySetSettings#refresh} after that, after a failure, and when a
 * token names a key that is not there. A failure, whatever its kind, changes nothing but health; a
 * set outlives the process in {@link KeySetSettings#folder}.
 *
 * <p>One for a node, whatever the number of workloads and event loops: a source is asked once. No
 * request ever waits here. Every method may be called from any thread; the work runs on one context
 * and two worker threads.
 */
public final class KeySetService {
  private static final Logger LOG = LoggerFactory.getLogger(KeySetService.class);
  private static final int WORKERS = 2;

  private final KeySetSettings settings;
  private final InstantSource clock;
  private final Timers timers;
  private final Context context;
  private final WorkerExecutor workers;
  private final DocumentClient client;
  private final KeySetFetcher fetcher;
  private final Pauses pauses;
  private final KeySetMetrics metrics;
  private final @Nullable KeySetFolder folder;

  /** Changed on the context only; read by any thread. */
  private final Map<KeySource, WatchedSource> watched = new ConcurrentHashMap<>();

  private volatile View view = new View(Map.of());
  private volatile List<KeySourceHealth> health = List.of();
  private volatile boolean closed;
  private boolean sweeping;

  /**
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
    this.settings = settings;
    this.clock = clock;
    this.timers = timers;
    this.context = vertx.getOrCreateContext();
    this.workers = vertx.createSharedWorkerExecutor("herald-jwks", WORKERS);
    this.client = new DocumentClient(vertx, settings, workers);
    this.fetcher = new KeySetFetcher(client, workers);
    this.pauses = new Pauses(settings, random);
    this.metrics = new KeySetMetrics(meters, clock);
    Path path = settings.folder();
    this.folder = path == null ? null : new KeySetFolder(path);
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
          if (!sweeping && folder != null) {
            sweeping = true;
            timers.after(settings.forgetAfter(), this::sweep); // what policy dropped meanwhile
          }
          return Future.join(tried).mapEmpty();
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
              watched.values().forEach(WatchedSource::stopTimer);
              Future<Boolean> written = workers.executeBlocking(() -> true, /* ordered= */ true);
              return written.eventually(client::close).<Void>mapEmpty();
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
      fetch(one);
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
    if (known != null || folder == null) {
      fetch(one);
    } else {
      readKept(one, folder);
    }
    return one.tried.future();
  }

  /**
   * First what was kept, then what is new: a start must not wait long for an issuer that is away.
   */
  private void readKept(WatchedSource one, KeySetFolder kept) {
    workers
        .executeBlocking(() -> kept.read(one.source), /* ordered= */ false)
        .onComplete(
            read ->
                context.runOnContext(
                    go -> {
                      KeptKeys found = read.result();
                      if (found != null) {
                        one.lastGood = found.set();
                        one.lastSuccess = found.fetched();
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
    if (closed || one.fetching || !one.wanted) {
      return;
    }
    one.fetching = true;
    one.keyMissed.set(false);
    one.stopTimer();
    long begun = clock.millis();
    fetcher
        .fetch(one.source, one.timeout)
        .onComplete(
            result ->
                context.runOnContext(
                    go -> {
                      one.fetching = false;
                      if (result.succeeded()) {
                        succeeded(one, result.result());
                      } else {
                        failed(one, result.cause(), begun);
                      }
                      one.tried.tryComplete();
                    }));
  }

  private void succeeded(WatchedSource one, FetchedKeys fetched) {
    metrics.succeeded();
    KeySet set = fetched.set();
    KeySet before = one.lastGood;
    one.lastGood = set;
    one.lastSuccess = clock.instant();
    one.kept = false;
    one.lastError = null;
    one.failures = 0;
    publish();
    if (before == null || !before.digest().equals(set.digest())) {
      LOG.info(
          "jwks_changed source={} keys={} digest={}", one.label, set.keys().size(), set.digest());
      set.skipped().forEach(note -> LOG.info("jwks_key_skipped source={} {}", one.label, note));
      set.warnings().forEach(note -> LOG.warn("jwks_key source={} {}", one.label, note));
    }
    keep(one, fetched);
    again(one, pauses.refresh(fetched.maxAge()));
  }

  private void keep(WatchedSource one, FetchedKeys fetched) {
    Instant when = clock.instant();
    inFolder(kept -> kept.write(one.source, fetched.json(), when));
  }

  private void sweep() {
    List<KeySource> named = List.copyOf(watched.keySet());
    inFolder(kept -> kept.keepOnly(named));
  }

  /** One after the other: an older set must not be written over a newer one. */
  private void inFolder(Consumer<KeySetFolder> work) {
    KeySetFolder kept = folder;
    if (kept != null && !closed) {
      workers.executeBlocking(
          () -> {
            work.accept(kept);
            return true;
          },
          /* ordered= */ true);
    }
  }

  private void failed(WatchedSource one, Throwable cause, long begun) {
    metrics.failed();
    one.failures++;
    one.lastError = cause.getMessage();
    one.quietUntil = Math.max(one.quietUntil, begun + settings.unknownKeyPause().toMillis());
    publish();
    Duration pause =
        one.possible ? pauses.retry(one.failures, one.lastGood != null) : settings.refresh();
    LOG.warn(
        "jwks_fetch_failed source={} failures={} last_good={} retry_ms={} error=\"{}\"",
        one.label,
        one.failures,
        one.lastSuccess,
        pause.toMillis(),
        cause.getMessage());
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
        sets.put(one.source, one.lastGood);
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
