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
  private Stall client = Stall.NONE;
  private Stall service = Stall.NONE;

  /** What an exchange waits for. */
  enum Awaited {
    /** More of the request. */
    BODY,
    /** That the service takes what came of the request. */
    ROOM,
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
    ROOM,
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
   * What the client takes of its response, as of now.
   *
   * @param passed octets of it that came from the service
   * @param left octets that wait for the client; 0 while it takes them
   */
  void response(long now, long passed, long left) {
    client = client.look(now, passed, left);
  }

  /**
   * What the service takes of the request, as of now.
   *
   * @param passed octets of it that came from the client
   * @param left octets that wait for the service; 0 while it takes them
   */
  void request(long now, long passed, long left) {
    service = service.look(now, passed, left);
  }

  /** For how long one side has taken nothing of what is ready for it, whatever it sends. */
  long untaken(long now) {
    return Math.max(client.millis(now), service.millis(now));
  }

  /**
   * Null: not yet.
   *
   * @param call null unless it is a gRPC call
   */
  @Nullable Late late(Awaited awaited, long now, @Nullable GrpcExchange call) {
    long waited = waited(now);
    return switch (awaited) {
      case BODY -> waited > limits.idle().toMillis() ? Late.BODY : null;
      case ROOM -> waited > limits.idle().toMillis() ? Late.ROOM : null;
      case RESPONSE -> waited > limits.response().toMillis() ? Late.RESPONSE : null;
      case STREAM ->
          // the client may take nothing although the service goes on
          waited > limits.streamIdle().toMillis() || client.millis(now) > limits.idle().toMillis()
              ? Late.STREAM
              : null;
      case CALL -> {
        if (call != null && call.overdue(now - began)) {
          yield Late.DEADLINE;
        }
        yield waited > limits.streamIdle().toMillis() ? Late.CALL : null;
      }
    };
  }
}
