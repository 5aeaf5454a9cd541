package io.heraldmesh.store;

/**
 * The place of a configuration in the order of all.
 *
 * @param epoch at least 1; rises when a backup is restored
 * @param number at least 0; rises with every change within an epoch
 */
public record Revision(long epoch, long number) implements Comparable<Revision> {

  @Override
  public int compareTo(Revision other) {
    int byEpoch = Long.compare(epoch, other.epoch);
    return byEpoch != 0 ? byEpoch : Long.compare(number, other.number);
  }
}
