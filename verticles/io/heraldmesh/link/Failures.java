package io.heraldmesh.link;

import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.link.proto.Failure;
import io.vertx.core.eventbus.ReplyException;
import org.jspecify.annotations.Nullable;

/** Failures of the event bus on their way over a link. */
final class Failures {
  private Failures() {}

  static Failure of(long id, @Nullable Throwable cause) {
    Failure.Builder failure = Failure.newBuilder().setId(id);
    if (cause instanceof ReplyException reply && BusFailure.of(reply.failureCode()).isPresent()) {
      String message = reply.getMessage();
      return failure
          .setCode(reply.failureCode())
          .setMessage(message == null ? "" : message)
          .build();
    }
    return failure
        .setCode(BusFailure.UNREACHABLE.code())
        .setMessage("nobody answered there")
        .build();
  }
}
