package io.heraldmesh.bus;

import io.heraldmesh.identity.SpiffeId;
import io.vertx.core.Future;
import java.util.function.Function;

/**
 * The way of a snapshot to its node. It may get lost: the node also asks by itself, see {@link
 * DistributorService#fetch}.
 */
public final class SnapshotPush {
  /** The largest message with a snapshot in it. */
  public static final int MOST_BYTES = 24 << 20;

  /** The same in the answer to a node that asked: in base64, in an envelope. */
  public static final int MOST_FETCHED_BYTES = MOST_BYTES / 3 * 4 + (128 << 10);

  private static final int MOST_ANSWER_BYTES = 64 << 10;

  private SnapshotPush() {}

  /**
   * Sends a snapshot on its way; completes with what the node made of it. The answer is not signed:
   * it counts for the node at whose link it came in. Fails with {@link BusFailure#NOT_READY} when
   * the node has to ask first.
   */
  public static Future<Acknowledgement> push(SignedBus bus, SpiffeId node, SnapshotFrame frame) {
    if (frame.length() > MOST_BYTES) {
      return Future.failedFuture(
          new BusException(BusFailure.TOO_LARGE, "snapshot of " + frame.length() + " bytes"));
    }
    return bus.sendOpen(address(node), frame.toBytes()).compose(SnapshotPush::acknowledgement);
  }

  private static Future<Acknowledgement> acknowledgement(byte[] answer) {
    if (answer.length > MOST_ANSWER_BYTES) {
      return Future.failedFuture(new BusException(BusFailure.BAD_ANSWER, "answer is too large"));
    }
    try {
      return Future.succeededFuture(MessageCodec.decode(answer, Acknowledgement.class));
    } catch (MalformedMessage e) {
      return Future.failedFuture(new BusException(BusFailure.BAD_ANSWER, e.getMessage()));
    }
  }

  /**
   * Calls {@code taker} with what is pushed to the node that {@code bus} belongs to, on an event
   * loop; nothing of it was verified.
   *
   * @param taker completes with what became of it
   */
  public static Future<SignedBus.Registration> receive(
      SignedBus bus, Function<SnapshotFrame, Future<Acknowledgement>> taker) {
    return bus.serveOpen(
        address(bus.self()),
        bytes -> {
          try {
            return taker.apply(SnapshotFrame.parse(bytes)).map(MessageCodec::encode);
          } catch (MalformedMessage e) {
            return Future.failedFuture(new BusException(BusFailure.MALFORMED, e.getMessage()));
          }
        });
  }

  static String address(SpiffeId node) {
    return "herald.node." + node.herald().orElseThrow().name() + ".snapshot";
  }
}
