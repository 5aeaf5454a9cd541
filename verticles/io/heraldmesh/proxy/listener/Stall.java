package io.heraldmesh.proxy.listener;

/**
 * Since when one side has taken nothing of what is ready for it, whatever it says meanwhile. A
 * timer looks now and then; nothing is noted while bytes pass.
 *
 * @param taken grows whenever the side takes some
 * @param since when it last did, or when it began to hold things up, in ms
 */
record Stall(long taken, long since) {
  /** It takes what there is. */
  static final Stall NONE = new Stall(Long.MIN_VALUE, 0);

  /**
   * As it is now.
   *
   * @param passed octets that were written for it so far: that more is ready is no sign that it
   *     takes any
   * @param left octets that wait for it; 0 while it takes more
   */
  Stall look(long now, long passed, long left) {
    if (left == 0) {
      return NONE;
    }
    long takes = passed - left;
    if (takes == taken) {
      return this;
    }
    return new Stall(takes, takes > taken ? now : since);
  }

  /** For how long; 0 while it takes what there is. */
  long millis(long now) {
    return taken == Long.MIN_VALUE ? 0 : now - since;
  }
}
