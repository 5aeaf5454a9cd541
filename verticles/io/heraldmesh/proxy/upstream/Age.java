package io.heraldmesh.proxy.upstream;

import io.heraldmesh.proxy.Limits;
import java.time.Duration;

/** How long a connection may live, by what its target says. Times are coarse, in ms. */
final class Age {
  /**
   * Before another proxy closes what is unused: its clock is as coarse, and a request takes a while
   * to get there.
   */
  private static final long AHEAD_MILLIS = 5_000;

  private Age() {}

  /** It takes no more requests. */
  static boolean over(Target target, long opened, long now) {
    Duration whole = target.limits().lifetimes().whole();
    return whole != null && now - opened >= whole.toMillis();
  }

  /** It was unused for longer than it may be. Zero: for ever. */
  static boolean unused(Target target, long since, long now, Limits limits) {
    Duration said = target.limits().lifetimes().unused();
    long most = said == null ? elsewhere(target, limits) : said.toMillis();
    return most > 0 && now - since > most;
  }

  /**
   * Where nothing is said. Both ends of a connection between proxies begin to wait at the same
   * moment, so a request that is sent as the other end closes would be lost: this end closes first.
   */
  private static long elsewhere(Target target, Limits limits) {
    long most = limits.upstreamIdle().toMillis();
    if (!(target.secured() instanceof Target.Mesh)) {
      return most;
    }
    long both = Math.min(most, limits.idle().toMillis());
    return both - Math.min(AHEAD_MILLIS, both / 2);
  }
}
