package io.heraldmesh.jwks;

import io.heraldmesh.jwt.KeySource;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** What {@link KeySetService} knows of one source; touched on its context only, where not said. */
final class WatchedSource {
  final KeySource source;
  final String label;

  /** False: its address can never be asked. */
  final boolean possible;

  final Promise<Void> tried = Promise.promise();

  /** Completes when the fetch under way is done; the last one, when none is. */
  Promise<Void> fetched = Promise.promise();

  /** A token asked for a key that is not there, and no fetch has begun since; for any thread. */
  final AtomicBoolean keyMissed = new AtomicBoolean();

  /** For any thread to read. */
  volatile boolean fetching;

  Duration timeout;
  boolean wanted = true;
  int failures;
  @Nullable HeldKeys lastGood;

  /** What outlives this process, or is being written so that it does; null: nothing known of. */
  @Nullable HeldKeys shelved;

  boolean kept;
  @Nullable String lastError;

  /** When the first of the {@link #failures} in a row was; null: there is none. */
  @Nullable Instant failing;

  /** Before it, in milliseconds since 1970, no unknown key causes a fetch. */
  long quietUntil = Long.MIN_VALUE;

  private Timers.@Nullable Running timer;

  /** When the timer fires, in milliseconds since 1970. */
  private long due = Long.MAX_VALUE;

  WatchedSource(KeySource source, Duration timeout) {
    this.source = source;
    this.timeout = timeout;
    String address =
        switch (source) {
          case KeySource.Inline inline -> throw new IllegalArgumentException("not fetched");
          case KeySource.Remote(String uri) -> uri;
          case KeySource.Discovered(String issuer) -> issuer;
        };
    String shown;
    boolean valid = true;
    try {
      shown = FetchUri.parse(address).toString();
    } catch (FetchFailure e) {
      shown = invalid(address);
      valid = false;
    }
    this.label = shown;
    this.possible = valid;
  }

  void setTimer(Timers.Running running, long at) {
    timer = running;
    due = at;
  }

  /** {@link Long#MAX_VALUE} without a timer. */
  long due() {
    return due;
  }

  void stopTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    due = Long.MAX_VALUE;
  }

  KeySourceHealth health() {
    HeldKeys held = lastGood;
    return new KeySourceHealth(
        label,
        held == null ? 0 : held.set().keys().size(),
        held == null ? null : held.set().digest(),
        held == null ? null : held.fetched(),
        kept,
        lastError,
        failures,
        failing);
  }

  /** Enough to find it in a policy, without what may be a password. */
  private static String invalid(String address) {
    String shown = address.replaceAll("//[^/]*@", "//").replaceAll("\\?.*", "");
    return "(invalid) "
        + shown.substring(0, Math.min(shown.length(), 200)).replaceAll("[^ -~]", "?");
  }
}
