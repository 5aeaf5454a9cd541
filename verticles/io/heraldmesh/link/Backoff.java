package io.heraldmesh.link;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next try: anything up to a bound that doubles with every failure, so
 * that nodes which lost one control node do not come to the next one at the same moment ("full
 * jitter"). For one thread.
 */
final class Backoff {
  private final Duration first;
  private final Duration most;
  private final RandomGenerator random;
  private int failures;
  private boolean crowded;

  Backoff(Duration first, Duration most, RandomGenerator random) {
    this.first = first;
    this.most = most;
    this.random = random;
  }

  Duration next() {
    long bound = Math.min(first.toMillis() << Math.min(failures, 20), most.toMillis());
    if (crowded) {
      bound = 2 * most.toMillis();
      crowded = false;
    }
    failures++;
    return Duration.ofMillis(1 + random.nextLong(Math.max(1, bound)));
  }

  /** More come than can wait to be let in: the next bound is twice the highest. */
  void crowded() {
    crowded = true;
  }

  void succeeded() {
    failures = 0;
    crowded = false;
  }
}
