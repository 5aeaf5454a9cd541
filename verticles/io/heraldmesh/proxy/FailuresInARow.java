package io.heraldmesh.proxy;

/**
 * Which of many like failures are worth a line in the log: the first, and then each that doubles
 * their number, so that what lasts for hours is not told every second. Thread-safe.
 */
final class FailuresInARow {
  private int count;

  /** Counts one more; with their number when it is to be told, else 0. */
  synchronized int failed() {
    count = count == Integer.MAX_VALUE ? count : count + 1;
    return Integer.bitCount(count) == 1 ? count : 0;
  }

  /** That is over; with the number of failures before. */
  synchronized int succeeded() {
    int before = count;
    count = 0;
    return before;
  }
}
