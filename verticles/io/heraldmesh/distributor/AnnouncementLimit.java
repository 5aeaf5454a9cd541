package io.heraldmesh.distributor;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * How often what a node announces counts: {@value #AT_ONCE} times at once, and then once each
 * {@link #EVERY}. All others are given a new snapshot whenever it says something new. Lives on one
 * event loop.
 */
final class AnnouncementLimit {
  static final int AT_ONCE = 10;
  static final Duration EVERY = Duration.ofSeconds(1);

  private final LongSupplier nanos;
  private final long begun;

  /** When all of a node's share is there again, in nanoseconds since {@link #begun}. */
  private final Map<String, Long> whole = new HashMap<>();

  /**
   * @param nanos as {@link System#nanoTime}
   */
  AnnouncementLimit(LongSupplier nanos) {
    this.nanos = nanos;
    this.begun = nanos.getAsLong();
  }

  /**
   * Counts one announcement of this node.
   *
   * @return false: it is one too many
   */
  boolean take(String node) {
    long now = nanos.getAsLong() - begun;
    long from = Math.max(whole.getOrDefault(node, now), now);
    if (from - now > (AT_ONCE - 1) * EVERY.toNanos()) {
      return false;
    }
    whole.put(node, from + EVERY.toNanos());
    return true;
  }

  /** Forgets all nodes but these. */
  void keep(Set<String> registered) {
    whole.keySet().retainAll(registered);
  }
}
