package io.heraldmesh.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;

/**
 * The announcement "there is something new in the store", a revision or what is registered, for the
 * other control nodes. It may get lost, be made up or come twice: whoever hears it looks into the
 * store, which they also do by themselves, and believe nothing but what is there. So it is not
 * signed.
 */
public final class RevisionHint {
  private static final String ADDRESS = "herald.config.revision";

  private RevisionHint() {}

  /**
   * Tells every control node, this one too.
   *
   * @param revision for whoever looks at the bus; nobody acts on it
   */
  public static void tell(Vertx vertx, String revision) {
    vertx.eventBus().publish(ADDRESS, Buffer.buffer(revision));
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
