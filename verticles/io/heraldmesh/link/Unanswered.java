package io.heraldmesh.link;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What nobody answers over a link that lives, as at a control node that is cut off from the others.
 * Says when to try another control node: never at once, nor all nodes together, and the later the
 * more were tried, for there may be none that answers. For one event loop.
 */
final class Unanswered {
  /** Questions in a row at one address. */
  private static final int ENOUGH = 3;

  private static final Duration LEAST_WAIT = Duration.ofSeconds(3);
  private static final Duration FIRST_WAIT = Duration.ofSeconds(10);
  private static final Duration LAST_WAIT = Duration.ofMinutes(5);

  /** What is not asked any more is forgotten. */
  private static final Duration REMEMBERED = Duration.ofMinutes(1);

  private final Backoff backoff;
  private final LongSupplier nanos;

  /** By address, over the link that there is. */
  private final Map<String, Integer> inARow = new HashMap<>();

  /** When one was asked in vain last, by address, whichever link it was over. */
  private final Map<String, Long> silent = new HashMap<>();

  private @Nullable Long moveAt;

  Unanswered(RandomGenerator random, LongSupplier nanos) {
    this.backoff = new Backoff(FIRST_WAIT, LAST_WAIT, random);
    this.nanos = nanos;
  }

  /** There is a new link: what counts is asked over it. */
  void attached() {
    inARow.clear();
    moveAt = null;
  }

  /** A refusal is an answer, too. */
  void answered(String address) {
    inARow.remove(address);
    if (silent.remove(address) != null && silent.isEmpty()) {
      moveAt = null;
      backoff.succeeded();
    }
  }

  /**
   * @return true: at this address it has become one too many
   */
  boolean unanswered(String address) {
    int questions = inARow.merge(address, 1, Integer::sum);
    if (questions < ENOUGH) {
      return false;
    }
    long now = nanos.getAsLong();
    silent.put(address, now);
    if (moveAt == null) {
      moveAt = now + LEAST_WAIT.plus(backoff.next()).toNanos();
    }
    return questions == ENOUGH;
  }

  /** An address at which nobody answers; null: there is none. */
  @Nullable String address() {
    long now = nanos.getAsLong();
    for (Map.Entry<String, Long> asked : List.copyOf(silent.entrySet())) {
      if (now - asked.getValue() > REMEMBERED.toNanos()) {
        answered(asked.getKey());
      }
    }
    return silent.keySet().stream().sorted().findFirst().orElse(null);
  }

  /** Whether to try another control node now. */
  boolean timeToMove() {
    Long at = moveAt;
    return at != null && nanos.getAsLong() - at >= 0 && address() != null;
  }
}
