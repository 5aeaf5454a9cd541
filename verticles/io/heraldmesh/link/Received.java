package io.heraldmesh.link;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.StatusException;

/** Reads what callers send, who may send anything. */
final class Received {
  private static final String PLAIN = "identity";

  /** What compressed messages are marked with; no encoding has this name. */
  private static final String COMPRESSED = "not-read-here";

  private Received() {}

  /**
   * Call it before the gRPC server has {@code request}. That one throws into the event loop when a
   * compressed message comes and no encoding was named, and would unpack gzip to any size; with an
   * encoding that it does not know each such message comes to {@link #read} instead.
   */
  static void prepare(HttpServerRequest request) {
    request.headers().set("grpc-encoding", COMPRESSED);
    request
        .response()
        .headersEndHandler(
            before -> request.response().headers().set("grpc-accept-encoding", PLAIN));
  }

  /**
   * One message, decoded.
   *
   * @throws StatusException when it cannot be read: what the caller is to be answered
   */
  static <Q> Q read(GrpcMessageDecoder<Q> decoder, GrpcMessage message) {
    if (!message.encoding().equals(PLAIN)) {
      throw new StatusException(
          GrpcStatus.UNIMPLEMENTED, "compressed messages are not taken, send it plain");
    }
    try {
      return decoder.decode(message);
    } catch (RuntimeException e) {
      // Whatever the decoder stumbles over: the octets are the caller's.
      throw new StatusException(GrpcStatus.INVALID_ARGUMENT, "the message cannot be read");
    }
  }
}
