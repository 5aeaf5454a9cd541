package io.heraldmesh.proxy.overload;

import java.util.function.LongSupplier;

/**
 * How much of the memory for buffers is taken. A pool takes chunks and gives buffers out of them,
 * and keeps a chunk as long as one buffer of it lives; so after a flood its chunks may be many and
 * nearly empty. What is idle in them is there for the next buffers and no sign of need. Where the
 * last chunk was taken it counts for half: a large buffer may find no gap that is wide enough.
 *
 * @param taken octets that buffers and pools have
 * @param idle octets of these that a pool could give out again; asked only when much is taken
 * @param most octets that there may be
 */
record DirectMemory(LongSupplier taken, LongSupplier idle, long most) {
  /** Below this nobody asks how much of it is idle. */
  private static final double MUCH = 0.4;

  private static final double ALMOST_ALL = 0.97;

  /**
   * @param octets that are taken in earnest
   * @param reusable octets that are there for the next buffers
   * @param share that is taken in earnest
   */
  record Seen(long octets, long reusable, double share) {}

  Seen look() {
    long all = taken.getAsLong();
    double share = share(all);
    long reusable = share < MUCH ? 0 : Math.min(all, idle.getAsLong());
    if (share >= ALMOST_ALL) {
      reusable /= 2;
    }
    return new Seen(all - reusable, reusable, share(all - reusable));
  }

  private double share(long octets) {
    return octets <= 0 || most <= 0 ? 0 : (double) octets / most;
  }
}
