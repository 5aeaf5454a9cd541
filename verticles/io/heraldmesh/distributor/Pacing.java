package io.heraldmesh.distributor;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How far runs stand apart: {@value #AT_ONCE} may follow each other as they come, from then on
 * there is one each {@link #EVERY}. Nodes share their processors with the services beside them, so
 * a flood of changes must not become a flood of snapshots. Not thread-safe.
 */
final class Pacing {
  static final int AT_ONCE = 10;
  static final Duration EVERY = Duration.ofMillis(200);

  private final LongSupplier nanos;
  private long paidUntil;

  /**
   * @param nanos as {@link System#nanoTime}
   */
  Pacing(LongSupplier nanos) {
    this.nanos = nanos;
    this.paidUntil = nanos.getAsLong();
  }

  /** How long the next run has to wait; not positive: it need not. */
  Duration untilNext() {
    long ahead = paidUntil - nanos.getAsLong();
    return Duration.ofNanos(ahead).minus(EVERY.multipliedBy(AT_ONCE - 1));
  }

  /** A run begins now, whether it has waited or not; the next one waits {@link #EVERY} at most. */
  void begun() {
    long now = nanos.getAsLong();
    long most = EVERY.toNanos() * (AT_ONCE - 1);
    paidUntil = now + Math.clamp(paidUntil - now, 0, most) + EVERY.toNanos();
  }
}
