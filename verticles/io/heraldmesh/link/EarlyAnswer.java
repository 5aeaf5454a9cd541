package io.heraldmesh.link;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServerRequest;

/** Answers to calls of which no more is read. */
final class EarlyAnswer {
  private EarlyAnswer() {}

  /** Before the gRPC server answers: nothing of it is used. */
  static void refuse(HttpServerRequest request, GrpcStatus status, String message) {
    request
        .response()
        .putHeader("content-type", "application/grpc")
        .putHeader("grpc-status", String.valueOf(status.code))
        .putHeader("grpc-message", message.replace(" ", "%20"))
        .end();
  }

  /** The stream is reset too: the gRPC server keeps what comes until a message is whole. */
  static void refuse(GrpcServerRequest<?, ?> call, GrpcStatus status, String message) {
    call.response()
        .status(status)
        .statusMessage(message)
        .end()
        .onComplete(sent -> call.response().cancel());
  }

  /**
   * The same where more waits to be sent: when the caller has not taken it after {@link
   * LinkLimits#DEAD_AFTER} its connection is closed, so that nothing is kept for it.
   *
   * @param outgoing what waits; nothing is offered any more
   */
  static void end(
      Vertx vertx,
      GrpcServerRequest<?, ?> call,
      Outgoing<?> outgoing,
      GrpcStatus status,
      String message) {
    if (!outgoing.waits()) {
      refuse(call, status, message);
      return;
    }
    call.response().status(status).statusMessage(message).end();
    vertx.setTimer(
        LinkLimits.DEAD_AFTER.toMillis(),
        late -> {
          if (outgoing.waits()) {
            call.connection().close();
          } else {
            call.response().cancel();
          }
        });
  }
}
