package io.heraldmesh.bus;

import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.vertx.core.Future;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The way of a snapshot to its node. It may get lost: the node also asks by itself, see {@link
 * DistributorService#fetch}.
 */
public final class SnapshotPush {
  /** The largest envelope with a snapshot in it. */
  static final int MOST_BYTES = 24 << 20;

  private SnapshotPush() {}

  /**
   * @param snapshot see {@link SnapshotCodec}
   */
  public record Pushed(Revision revision, ByteString snapshot) {}

  /** Sends a snapshot on its way; completes when the node has it, not when it is in force. */
  public static Future<Void> push(SignedBus bus, SpiffeId node, Pushed snapshot) {
    return bus.call(operation(node), new Recipient.One(node), snapshot).mapEmpty();
  }

  /** Calls {@code taker} with what is pushed to the node that {@code bus} belongs to. */
  public static Future<SignedBus.Registration> receive(SignedBus bus, Consumer<Pushed> taker) {
    return bus.serve(
        SignedBus.on(
            operation(bus.self()),
            (sender, pushed) -> {
              taker.accept(pushed);
              return Future.succeededFuture(new Done());
            }));
  }

  static String address(SpiffeId node) {
    return "herald.node." + node.herald().orElseThrow().name() + ".snapshot";
  }

  private static Operation<Pushed, Done> operation(SpiffeId node) {
    return new Operation<>(
        address(node),
        "node.snapshot",
        Pushed.class,
        Done.class,
        Set.of(HeraldRole.CONFIG),
        Set.of(HeraldRole.NODE),
        MOST_BYTES,
        64 << 10);
  }
}
