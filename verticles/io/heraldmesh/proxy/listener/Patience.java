package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.Limits;
import org.jspecify.annotations.Nullable;

/**
 * How long one exchange has stood still, and when that is too long. Times are coarse and monotonic,
 * in ms. Belongs to one event loop.
 */
final class Patience {
  private final Limits limits;
  private final long began;
  private long moved;
  private long untaken;
  private long untakenSince;

  /** What an exchange waits for. */
  enum Awaited {
    /** More of the request. */
    BODY,
    /** A connection, or the response to a request that was sent whole. */
    RESPONSE,
    /** More of a response that has begun. */
    STREAM,
    /** Anything of a gRPC call: either side may be silent for long. */
    CALL
  }

  /** What took too long. */
  enum Late {
    BODY,
    RESPONSE,
    STREAM,
    CALL,
    /** The call's own deadline has passed. */
    DEADLINE
  }

  Patience(Limits limits, long now) {
    this.limits = limits;
    this.began = now;
    this.moved = now;
  }

  /** Something came from either side. */
  void moved(long now) {
    moved = now;
  }

  /** For how long nothing came. */
  long waited(long now) {
    return now - moved;
  }

  /**
   * Null: not yet.
   *
   * @param left octets of the response that wait for the client; 0 while it takes them
   * @param call null unless it is a gRPC call
   */
  @Nullable Late late(Awaited awaited, long now, long left, @Nullable GrpcExchange call) {
    long waited = waited(now);
    return switch (awaited) {
      case BODY -> waited > limits.idle().toMillis() ? Late.BODY : null;
      case RESPONSE -> waited > limits.response().toMillis() ? Late.RESPONSE : null;
      case STREAM ->
          waited > limits.streamIdle().toMillis() || stalled(now, left) ? Late.STREAM : null;
      case CALL -> {
        if (call != null && call.overdue(now - began)) {
          yield Late.DEADLINE;
        }
        yield waited > limits.streamIdle().toMillis() ? Late.CALL : null;
      }
    };
  }

  /** The client takes nothing of what is ready for it, although the service goes on. */
  private boolean stalled(long now, long left) {
    if (left == 0 || left != untaken) {
      untaken = left;
      untakenSince = now;
    }
    return left > 0 && now - untakenSince > limits.idle().toMillis();
  }
}
