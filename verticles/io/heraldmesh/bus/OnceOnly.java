package io.heraldmesh.bus;

import io.heraldmesh.identity.SpiffeId;
import io.vertx.core.Future;
import java.time.Instant;

/**
 * Remembers which requests with an effect were taken, for every process that might answer them: a
 * message is for whoever has a role, and may reach one that has not seen it yet. Thread-safe.
 */
@FunctionalInterface
public interface OnceOnly {

  /**
   * Notes a verified request. Completes once it is on disk: nothing may be done for it before.
   *
   * <p>Fails with {@link BusFailure#REPLAYED} when it was noted before, here or elsewhere, with
   * {@link BusFailure#EXPIRED} when it could have been forgotten already, and with one that a retry
   * may cure when it cannot be noted.
   *
   * @param until from when on everybody refuses it as expired
   */
  Future<Void> take(SpiffeId sender, ByteString nonce, Instant until);
}
