package io.heraldmesh.jwks;

import io.heraldmesh.jwt.KeySet;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches sources and says when each is fetched again: by its age, after a failure, or for a key
 * that is missed. A failure leaves the last good set as it is. Lives on one context.
 */
final class KeySetRefresh {
  private static final Logger LOG = LoggerFactory.getLogger(KeySetRefresh.class);

  private final KeySetSettings settings;
  private final InstantSource clock;
  private final Timers timers;
  private final Context context;
  private final KeySetOrigin origin;
  private final Pauses pauses;
  private final KeySetMetrics metrics;
  private final @Nullable Shelving shelf;
  private final Runnable changed;
  private boolean closed;

  /**
   * @param context where it lives
   * @param shelf keeps what is fetched; null: nothing is kept
   * @param changed called when what is known of a source is not what it was
   */
  KeySetRefresh(
      KeySetSettings settings,
      InstantSource clock,
      Timers timers,
      Context context,
      KeySetOrigin origin,
      Pauses pauses,
      KeySetMetrics metrics,
      @Nullable Shelving shelf,
      Runnable changed) {
    this.settings = settings;
    this.clock = clock;
    this.timers = timers;
    this.context = context;
    this.origin = origin;
    this.pauses = pauses;
    this.metrics = metrics;
    this.shelf = shelf;
    this.changed = changed;
  }

  /** No fetch begins after it. */
  void close() {
    closed = true;
  }

  /** Fetches now, unless that is under way or nobody wants it. */
  void fetch(WatchedSource one) {
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

  /**
   * A key is missed that a fetch may bring: at most once per {@link
   * KeySetSettings#unknownKeyPause}; within the pause at its end.
   */
  void fetchForUnknownKey(WatchedSource one) {
    if (closed || one.fetching || !one.wanted) {
      one.keyMissed.set(false);
      return;
    }
    Duration rest = untilAsked(one);
    if (rest.isZero()) {
      one.quietUntil = clock.millis() + settings.unknownKeyPause().toMillis();
      fetch(one, true);
    } else if (one.quietUntil < one.due()) {
      schedule(one, rest, () -> fetchForUnknownKey(one));
    }
  }

  /**
   * After which a missed key may be fetched for. What is left of a pause is never more than all of
   * it: the clock was set back since it began, and nobody knows how much of it is over.
   */
  Duration untilAsked(WatchedSource one) {
    long now = clock.millis();
    boolean quiet =
        now < one.quietUntil && one.quietUntil - now <= settings.unknownKeyPause().toMillis();
    return quiet ? Duration.ofMillis(one.quietUntil - now) : Duration.ZERO;
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
      changed.run();
      again(one, pauses.refresh(fetched.maxAge()));
    } else {
      failed(one, problem, begun);
    }
    Duration missed = fetched.again();
    if (missed != null && !closed && one.wanted) {
      Duration pause = settings.unknownKeyPause();
      Duration rest = missed.compareTo(pause) < 0 ? missed : pause;
      one.quietUntil = clock.millis() + rest.toMillis();
      schedule(one, rest, () -> fetchForUnknownKey(one));
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
    shelve(one);
  }

  /**
   * Writes what is held, unless it is written. Where that failed it is tried again with whatever
   * comes of the next fetch: the disk may have room by then, and the issuer may be away.
   */
  private void shelve(WatchedSource one) {
    HeldKeys keys = one.lastGood;
    if (shelf == null || keys == null || keys.equals(one.shelved)) {
      return;
    }
    one.shelved = keys;
    shelf
        .write(one.source, keys)
        .onComplete(
            done ->
                context.runOnContext(
                    go -> {
                      if (!Boolean.TRUE.equals(done.result()) && keys.equals(one.shelved)) {
                        one.shelved = null;
                      }
                    }));
  }

  private void failed(WatchedSource one, String problem, long begun) {
    shelve(one);
    metrics.failed();
    one.failures++;
    one.failing = one.failing == null ? clock.instant() : one.failing;
    one.lastError = problem;
    one.quietUntil = Math.max(one.quietUntil, begun + settings.unknownKeyPause().toMillis());
    changed.run();
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

  /** In the place of whatever was to be done with this source. */
  void schedule(WatchedSource one, Duration delay, Runnable action) {
    one.stopTimer();
    one.setTimer(timers.after(delay, action), clock.millis() + delay.toMillis());
  }
}
