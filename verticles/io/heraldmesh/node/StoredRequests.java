package io.heraldmesh.node;

import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.OnceOnly;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.store.TakenRequests;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.HexFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Requests that were taken, in the database that all control nodes share. */
public final class StoredRequests implements OnceOnly {
  private static final Logger LOG = LoggerFactory.getLogger(StoredRequests.class);

  private final Vertx vertx;
  private final TakenRequests taken;

  public StoredRequests(Vertx vertx, TakenRequests taken) {
    this.vertx = vertx;
    this.taken = taken;
  }

  @Override
  public Future<Void> take(SpiffeId sender, ByteString nonce, Instant until) {
    String hex = HexFormat.of().formatHex(nonce.toByteArray());
    return Future.fromCompletionStage(
            taken.take(sender.toString(), hex, until), vertx.getOrCreateContext())
        .transform(
            written -> {
              if (written.failed()) {
                LOG.warn(
                    "bus refused caller={} its request cannot be noted, so nothing is done: {}",
                    sender,
                    reason(written.cause()));
                return Future.failedFuture(
                    new BusException(BusFailure.NOT_READY, "the request cannot be noted"));
              }
              return switch (written.result()) {
                case NEW -> Future.succeededFuture();
                case TAKEN_BEFORE -> {
                  LOG.warn("bus refused caller={} reason=REPLAYED taken elsewhere", sender);
                  yield refused(BusFailure.REPLAYED, "came before");
                }
                case LATE -> {
                  LOG.warn(
                      "bus refused caller={} reason=EXPIRED by the clock of the database: it counts"
                          + " until {}; set the clocks of the database and of this machine right",
                      sender,
                      until);
                  yield refused(BusFailure.EXPIRED, "expired by the clock of the database");
                }
              };
            });
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure.getCause();
    return String.valueOf((cause == null ? failure : cause).getMessage());
  }

  private static Future<Void> refused(BusFailure failure, String why) {
    return Future.failedFuture(new BusException(failure, why));
  }
}
