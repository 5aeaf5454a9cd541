package io.heraldmesh.proxy.upstream;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How long a connection may live, by what its target says. Times are coarse, in ms. */
final class Age {
  private Age() {}

  /** It takes no more requests. */
  static boolean over(Target target, long opened, long now) {
    Duration whole = target.limits().lifetimes().whole();
    return whole != null && now - opened >= whole.toMillis();
  }

  /** It was unused for longer than it may be. */
  static boolean unused(Target target, long since, long now, Duration elsewhere) {
    return isOver(target.limits().lifetimes().unused(), now - since, elsewhere);
  }

  /** Zero: never. */
  private static boolean isOver(@Nullable Duration said, long millis, Duration elsewhere) {
    long most = (said == null ? elsewhere : said).toMillis();
    return most > 0 && millis > most;
  }
}
