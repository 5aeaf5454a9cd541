package io.heraldmesh.bus;

import java.util.Comparator;

/**
 * The order of configuration: it only rises. A restored backup starts a new epoch, so that it is
 * followed although its numbers start lower.
 *
 * @param epoch 1 or more
 * @param number within the epoch, 1 or more
 */
public record Revision(long epoch, long number) implements Comparable<Revision> {
  private static final Comparator<Revision> ORDER =
      Comparator.comparingLong(Revision::epoch).thenComparingLong(Revision::number);

  /**
   * @throws IllegalArgumentException when a part is less than 1
   */
  public Revision {
    if (epoch < 1 || number < 1) {
      throw new IllegalArgumentException("epoch and number of a revision start at 1");
    }
  }

  @Override
  public int compareTo(Revision other) {
    return ORDER.compare(this, other);
  }

  public boolean isAfter(Revision other) {
    return compareTo(other) > 0;
  }

  /** {@code epoch.number}. */
  @Override
  public String toString() {
    return epoch + "." + number;
  }
}
