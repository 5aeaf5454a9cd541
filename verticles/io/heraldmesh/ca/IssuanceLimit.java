package io.heraldmesh.ca;

import io.heraldmesh.identity.SpiffeId;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How often a caller gets a certificate for the same identity: 10 at once, and then one each 10 s,
 * whether it renews or enrols. Leaves live for a minute at least and renew at half of that; whoever
 * asks more often fills the issuance log, which nothing is taken out of. Memory is bounded whoever
 * asks. Thread-safe.
 */
public final class IssuanceLimit {
  /** For those that measure how much is issued. */
  public static final IssuanceLimit NONE = new IssuanceLimit(() -> 0, Duration.ZERO);

  static final int AT_ONCE = 10;
  static final Duration EVERY = Duration.ofSeconds(10);

  /** Of more, those that asked longest ago are forgotten: they have their share again, or most. */
  static final int MOST_REMEMBERED = 16_384;

  private final LongSupplier nanos;
  private final long every;

  /** When all of its share is there again, in nanoseconds since {@link #begun}. */
  private final Map<Asked, Long> whole =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Asked, Long> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };

  private final long begun;

  private record Asked(SpiffeId caller, SpiffeId subject) {}

  /**
   * @param nanos as {@link System#nanoTime}
   */
  public IssuanceLimit(LongSupplier nanos) {
    this(nanos, EVERY);
  }

  private IssuanceLimit(LongSupplier nanos, Duration every) {
    this.nanos = nanos;
    this.every = every.toNanos();
    this.begun = nanos.getAsLong();
  }

  /**
   * Counts one certificate for {@code subject}.
   *
   * @return false: it is one too many
   */
  public synchronized boolean take(SpiffeId caller, SpiffeId subject) {
    long now = nanos.getAsLong() - begun;
    Asked asked = new Asked(caller, subject);
    long from = Math.max(whole.getOrDefault(asked, now), now);
    if (from - now > (AT_ONCE - 1) * every) {
      return false;
    }
    whole.put(asked, from + every);
    return true;
  }

  synchronized int remembered() {
    return whole.size();
  }
}
