package io.heraldmesh.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;

/**
 * The announcement "the roots have changed", for all control nodes and the nodes attached to them.
 * It may get lost, be made up or come twice: whoever hears it asks the authority, as it also does
 * by itself, and believes nothing but the signed answer. So it is not signed.
 */
public final class RootsHint {
  private static final String ADDRESS = "herald.ca.roots";

  private RootsHint() {}

  /** Tells every control node, this one too. */
  public static void tell(Vertx vertx) {
    vertx.eventBus().publish(ADDRESS, Buffer.buffer());
  }

  /**
   * Calls {@code look} for each announcement from now on, on an event loop.
   *
   * @param look must be cheap when it is called often
   */
  public static Future<SignedBus.Registration> hear(Vertx vertx, Runnable look) {
    var consumer = vertx.eventBus().<Object>consumer(ADDRESS, message -> look.run());
    return consumer.completion().map(done -> consumer::unregister);
  }
}
