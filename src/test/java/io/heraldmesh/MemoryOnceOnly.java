package io.heraldmesh;

import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.OnceOnly;
import io.heraldmesh.identity.SpiffeId;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Taken requests in memory, which a test can let fail as a database does that is away. */
public final class MemoryOnceOnly implements OnceOnly {
  private final Map<String, Instant> taken = new ConcurrentHashMap<>();
  private volatile boolean away;

  /** From now on nothing can be noted, or again. */
  public void away(boolean isAway) {
    away = isAway;
  }

  /** When each request is refused as expired. */
  public Map<String, Instant> taken() {
    return Map.copyOf(taken);
  }

  @Override
  public Future<Void> take(SpiffeId sender, ByteString nonce, Instant until) {
    if (away) {
      return Future.failedFuture(new BusException(BusFailure.NOT_READY, "away"));
    }
    return taken.putIfAbsent(sender + " " + nonce.hashCode(), until) == null
        ? Future.succeededFuture()
        : Future.failedFuture(new BusException(BusFailure.REPLAYED, "came before"));
  }
}
