package io.heraldmesh.jwks;

import io.heraldmesh.jwt.KeySet;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.jwt.KeySource;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the last good key set of every source that policy names, and keeps it fresh: fetched when
 * it is first named, every {@link KeySetSettings#refresh} after that, soon after a failure, and
 * when a token names a key that is not there. A failure, whatever its kind, changes nothing but
 * health.
 *
 * <p>One for a node. Every method may be called from any thread; the work runs on one context.
 */
public final class KeySetService {
  private static final Logger LOG = LoggerFactory.getLogger(KeySetService.class);

  private final KeySetSettings settings;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Timers timers;
  private final Context context;
  private final DocumentClient client;
  private final KeySetFetcher fetcher;
  private final Counter successes;
  private final Counter failures;

  /** Changed on the context only; read by any thread. */
  private final Map<KeySource, WatchedSource> watched = new ConcurrentHashMap<>();

  private volatile View view = new View(Map.of());
  private volatile boolean closed;

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
    this.random = random;
    this.timers = timers;
    this.context = vertx.getOrCreateContext();
    this.client = new DocumentClient(vertx, settings);
    this.fetcher = new KeySetFetcher(client);
    this.successes = meters.counter("pilot_jwks_resolver_network_fetch_success_total");
    this.failures = meters.counter("pilot_jwks_resolver_network_fetch_fail_total");
  }

  /** The sets fetched so far; take it anew for each request. */
  public KeySets current() {
    return view;
  }

  /**
   * Says which sources policy names now. New ones are fetched at once; the others are forgotten
   * after {@link KeySetSettings#forgetAfter}. Inline sources need no fetching and are passed over.
   *
   * @return completes when each of these sources was tried at least once, whatever came of it
   */
  public Future<Void> watch(Set<KeySource> sources) {
    return onContext(
        () -> {
          List<Future<Void>> tried = new ArrayList<>();
          for (KeySource source : sources) {
            if (!(source instanceof KeySource.Inline)) {
              tried.add(want(source));
            }
          }
          for (WatchedSource one : List.copyOf(watched.values())) {
            if (one.wanted && !sources.contains(one.source)) {
              unwant(one);
            }
          }
          return Future.join(tried).mapEmpty();
        });
  }

  /** Completes when the source was tried at least once; fails when it is not watched. */
  public Future<Void> ready(KeySource source) {
    WatchedSource one = watched.get(source);
    return one == null
        ? Future.failedFuture(new IllegalArgumentException("source is not watched"))
        : one.tried.future();
  }

  /**
   * Fetches a source again because a token asked for a key it lacks, at most once per {@link
   * KeySetSettings#unknownKeyPause}. Costs next to nothing when it is not time yet.
   */
  public void unknownKey(KeySource source) {
    WatchedSource one = watched.get(source);
    if (one == null) {
      return;
    }
    long now = clock.millis();
    long next = one.nextUnknownKey.get();
    if (now >= next
        && one.nextUnknownKey.compareAndSet(next, now + settings.unknownKeyPause().toMillis())) {
      context.runOnContext(go -> fetch(one));
    }
  }

  /** One entry for each source that policy names. */
  public Future<List<KeySourceHealth>> health() {
    return onContext(
        () ->
            Future.succeededFuture(
                watched.values().stream()
                    .filter(one -> one.wanted)
                    .map(WatchedSource::health)
                    .toList()));
  }

  /** Stops fetching; what was fetched stays readable. */
  public Future<Void> close() {
    return onContext(
        () -> {
          closed = true;
          watched.values().forEach(WatchedSource::stopTimer);
          return client.close();
        });
  }

  private Future<Void> want(KeySource source) {
    WatchedSource known = watched.get(source);
    if (known != null && known.wanted) {
      return known.tried.future();
    }
    WatchedSource one = known == null ? new WatchedSource(source) : known;
    one.wanted = true;
    one.stopTimer();
    watched.put(source, one);
    if (one.label.startsWith("http:")) {
      LOG.warn("jwks_plaintext source={} keys fetched over http can be forged", one.label);
    }
    fetch(one);
    return one.tried.future();
  }

  private void unwant(WatchedSource one) {
    one.wanted = false;
    one.stopTimer();
    one.timer = timers.after(settings.forgetAfter(), () -> forget(one));
  }

  private void forget(WatchedSource one) {
    watched.remove(one.source, one);
    publish();
  }

  private void fetch(WatchedSource one) {
    if (closed || one.fetching || !one.wanted) {
      return;
    }
    one.fetching = true;
    one.stopTimer();
    fetcher
        .fetch(one.source)
        .onComplete(
            result ->
                context.runOnContext(
                    go -> {
                      one.fetching = false;
                      if (result.succeeded()) {
                        succeeded(one, result.result());
                      } else {
                        failed(one, result.cause());
                      }
                      one.tried.tryComplete();
                    }));
  }

  private void succeeded(WatchedSource one, KeySet set) {
    successes.increment();
    KeySet before = one.lastGood;
    one.lastGood = set;
    one.lastSuccess = clock.instant();
    one.lastError = null;
    one.failures = 0;
    publish();
    if (before == null || !before.digest().equals(set.digest())) {
      LOG.info(
          "jwks_changed source={} keys={} digest={}", one.label, set.keys().size(), set.digest());
      set.skipped().forEach(note -> LOG.info("jwks_key_skipped source={} {}", one.label, note));
      set.warnings().forEach(note -> LOG.warn("jwks_key source={} {}", one.label, note));
    }
    again(one, shortened(settings.refresh()));
  }

  private void failed(WatchedSource one, Throwable cause) {
    failures.increment();
    one.failures++;
    one.lastError = cause.getMessage();
    Duration pause = pause(one.failures);
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
      one.timer = timers.after(delay, () -> fetch(one));
    }
  }

  private Duration pause(int failuresInARow) {
    long doubled = settings.retryMin().toMillis() << Math.min(failuresInARow - 1, 20);
    return shortened(Duration.ofMillis(Math.min(doubled, settings.retryMax().toMillis())));
  }

  /** Takes off up to a tenth, so that the nodes of a mesh do not ask all at once. */
  private Duration shortened(Duration duration) {
    return Duration.ofMillis((long) (duration.toMillis() * (1 - 0.1 * random.nextDouble())));
  }

  private void publish() {
    Map<KeySource, KeySet> sets = new HashMap<>();
    for (WatchedSource one : watched.values()) {
      if (one.lastGood != null) {
        sets.put(one.source, one.lastGood);
      }
    }
    view = new View(Map.copyOf(sets));
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
