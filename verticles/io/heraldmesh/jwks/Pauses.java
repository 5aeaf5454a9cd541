package io.heraldmesh.jwks;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How long from one fetch of a source to the next. All are spread by up to a tenth, so that the
 * nodes of a mesh do not ask all at once.
 */
final class Pauses {
  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final int MOST_DOUBLINGS = 20;

  private final KeySetSettings settings;
  private final RandomGenerator random;

  Pauses(KeySetSettings settings, RandomGenerator random) {
    this.settings = settings;
    this.random = random;
  }

  /**
   * After a good fetch.
   *
   * @param maxAge what its issuer says: a shorter time counts, a longer one does not, because a key
   *     that is withdrawn must not live on
   */
  Duration refresh(@Nullable Duration maxAge) {
    Duration wanted = settings.refresh();
    if (maxAge != null && maxAge.compareTo(wanted) < 0) {
      wanted = maxAge.compareTo(settings.refreshMin()) < 0 ? settings.refreshMin() : maxAge;
    }
    return Duration.ofMillis((long) (wanted.toMillis() * (1 - 0.1 * random.nextDouble())));
  }

  /**
   * After failures: soon when requests are refused for want of a set, else at leisure.
   *
   * @param inARow at least 1
   */
  Duration retry(int inARow, boolean haveSet) {
    Duration first = haveSet ? settings.retryMin() : FIRST_RETRY;
    Duration longest = haveSet ? settings.retryMax() : settings.firstRetryMax();
    long doubled = first.toMillis() << Math.min(inARow - 1, MOST_DOUBLINGS);
    long pause = Math.min(doubled, longest.toMillis());
    return Duration.ofMillis((long) (pause * (1 + 0.1 * random.nextDouble())));
  }
}
