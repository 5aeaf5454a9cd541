package io.heraldmesh.proxy.upstream;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * How many streams servers take on a connection. A new connection is used before its server has
 * said so, and what is too much then is refused: what it said on the one before is a good guess,
 * until it says something else, or nothing, on the next. Belongs to one event loop.
 */
final class TakenStreams {
  /** A server may be configured anew. */
  private static final long KEPT_MILLIS = 60_000;

  private final LongSupplier now;
  private final Map<Target, Said> few = new HashMap<>();

  private record Said(long streams, long since) {}

  /**
   * @param now coarse monotonic time in ms
   */
  TakenStreams(LongSupplier now) {
    this.now = now;
  }

  /** The server of {@code target} has said it. */
  void say(Target target, long streams) {
    if (streams < Http2Upstream.MOST_STREAMS) {
      few.put(target, new Said(Math.max(1, streams), now.getAsLong()));
    } else {
      few.remove(target);
    }
  }

  /** At least 1; as many as any server gets, where none has said that it takes fewer. */
  long of(Target target) {
    Said said = few.get(target);
    return said == null ? Http2Upstream.MOST_STREAMS : said.streams();
  }

  /** There is no connection to {@code target} any more. */
  void left(Target target) {
    few.computeIfPresent(target, (t, said) -> new Said(said.streams(), now.getAsLong()));
  }

  /** Drops what is old, but of those to which there are connections. */
  void forget(Set<Target> connected) {
    if (!few.isEmpty()) {
      long until = now.getAsLong() - KEPT_MILLIS;
      few.entrySet().removeIf(e -> e.getValue().since() < until && !connected.contains(e.getKey()));
    }
  }
}
