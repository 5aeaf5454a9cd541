package io.heraldmesh.credentials;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/** When a leaf is due. Everything is told by the wall clock, as certificates are. Thread-safe. */
final class RenewalSchedule {
  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LAST_RETRY = Duration.ofSeconds(150);

  private final RandomGenerator random;

  RenewalSchedule(RandomGenerator random) {
    this.random = random;
  }

  /** At half of the life that was left when it came, give or take a twentieth of that life. */
  Instant renewal(Instant issued, Instant notAfter) {
    long life = Duration.between(issued, notAfter).toMillis();
    return issued.plusMillis((long) (life * (0.45 + 0.1 * random.nextDouble())));
  }

  /**
   * After failures in a row: from about 1 s, doubling, to 150 s at most.
   *
   * @param failures 1 or more
   */
  Instant retry(Instant now, int failures) {
    long doubled = FIRST_RETRY.toMillis() << Math.min(failures - 1, 20);
    long most = Math.min(doubled, LAST_RETRY.toMillis());
    return now.plusMillis((long) (most * (0.8 + 0.2 * random.nextDouble())));
  }

  /** At random, less than {@code time}. */
  Duration within(Duration time) {
    return Duration.ofMillis((long) (time.toMillis() * random.nextDouble()));
  }

  /** True when {@code next} has come, or lies so far ahead that the clock must have gone back. */
  boolean isDue(Instant now, Instant next, int failures) {
    return !now.isBefore(next) || failures > 0 && now.plus(LAST_RETRY).isBefore(next);
  }
}
