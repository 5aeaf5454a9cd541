package io.heraldmesh.link;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.StatusException;
import org.jspecify.annotations.Nullable;

/**
 * The one message of a call that has one. What is wrong with it is known as soon as it came, not
 * only when the caller has ended; for how long it is waited for, {@link UnreadCalls} says. For the
 * connection's event loop.
 */
final class OneRequest<Q> {
  private final GrpcMessageDecoder<Q> decoder;
  private final Promise<Q> came = Promise.promise();
  private @Nullable Q request;

  private OneRequest(GrpcMessageDecoder<Q> decoder) {
    this.decoder = decoder;
  }

  /**
   * @return fails with {@link StatusException} when the caller is to be answered with that, with
   *     anything else when it is gone
   */
  static <Q> Future<Q> of(GrpcServerRequest<Q, ?> call, GrpcMessageDecoder<Q> decoder) {
    OneRequest<Q> one = new OneRequest<>(decoder);
    call.messageHandler(one::take);
    call.invalidMessageHandler(
        e -> one.refuse(GrpcStatus.RESOURCE_EXHAUSTED, "the message is too long"));
    call.exceptionHandler(one.came::tryFail);
    call.endHandler(end -> one.end());
    return one.came.future();
  }

  private void take(GrpcMessage message) {
    if (came.future().isComplete()) {
      return;
    }
    if (request != null) {
      refuse(GrpcStatus.INVALID_ARGUMENT, "more than one message came");
      return;
    }
    try {
      request = Received.read(decoder, message);
    } catch (StatusException e) {
      came.tryFail(e);
    }
  }

  private void end() {
    Q one = request;
    if (one == null) {
      refuse(GrpcStatus.INVALID_ARGUMENT, "no message came, or only a part of one");
    } else {
      came.tryComplete(one);
    }
  }

  private void refuse(GrpcStatus status, String message) {
    came.tryFail(new StatusException(status, message));
  }
}
