package io.heraldmesh.lab;

/**
 * One request of the load.
 *
 * @param caller the host it was sent from
 * @param target the service it was for
 * @param at when it was due, {@link System#nanoTime}
 * @param nanos from then to its end
 * @param status of the answer; 0: none came
 * @param detail what was wrong; empty: nothing
 */
record Sample(String caller, String target, long at, long nanos, int status, String detail) {

  /** A service answered that was allowed to. */
  boolean good() {
    return detail.isEmpty();
  }

  /** It was served, and ended in between, whenever it was due. */
  boolean servedIn(long from, long to) {
    long end = at + nanos;
    return status == 200 && end - from >= 0 && end - to < 0;
  }

  /** The node that {@link #target} is on. */
  String host() {
    return target.substring(0, target.indexOf('.'));
  }

  /** It began or ended there. */
  boolean involves(String node) {
    return caller.equals(node) || host().equals(node);
  }
}
