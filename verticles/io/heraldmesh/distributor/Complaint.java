package io.heraldmesh.distributor;

import java.time.Duration;

/**
 * When a failure that goes on is worth a line of the log: at once, then after pauses that double up
 * to ten minutes, and once more when it is over. Belongs to one thread.
 */
final class Complaint {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

  private boolean made;
  private long lastNanos;
  private Duration pause = FIRST_PAUSE;

  /**
   * It failed, again maybe.
   *
   * @param nanos now, by {@link System#nanoTime}
   * @return whether to say so
   */
  boolean due(long nanos) {
    if (!made) {
      made = true;
      lastNanos = nanos;
      pause = FIRST_PAUSE;
      return true;
    }
    if (nanos - lastNanos < pause.toNanos()) {
      return false;
    }
    lastNanos = nanos;
    Duration doubled = pause.multipliedBy(2);
    pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    return true;
  }

  /** It did not fail; returns whether that is news. */
  boolean over() {
    boolean news = made;
    made = false;
    return news;
  }
}
