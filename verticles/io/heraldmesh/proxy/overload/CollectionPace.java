package io.heraldmesh.proxy.overload;

/**
 * How often garbage is collected to see what of a full heap lives. A heap fills with garbage before
 * the JVM collects it by itself, so a high share alone says little; but a collection stops the
 * process, so those that freed nothing make the next one wait twice as long. Not for several
 * threads.
 */
final class CollectionPace {
  static final long SHORTEST_MILLIS = 1_000;
  static final long LONGEST_MILLIS = 60_000;

  /** A collection that frees less of the heap was in vain. */
  private static final double WORTH = 0.05;

  private long pauseMillis = SHORTEST_MILLIS;
  private long next = Long.MIN_VALUE;

  boolean due(long nowMillis) {
    return nowMillis >= next;
  }

  /** A collection ended at {@code nowMillis} and freed {@code share} of the memory. */
  void collected(double share, long nowMillis) {
    pauseMillis =
        share >= WORTH ? SHORTEST_MILLIS : Math.min(LONGEST_MILLIS, Math.max(1, pauseMillis) * 2);
    next = nowMillis + pauseMillis;
  }
}
