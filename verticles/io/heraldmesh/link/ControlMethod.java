package io.heraldmesh.link;

import io.vertx.core.Future;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.StatusException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One gRPC method that a {@link ControlServer} offers.
 *
 * @param method as generated from the {@code .proto}, the server's form
 * @param mostRequestBytes of one message; the call fails when a longer one comes
 * @param proven true: callers without a verified certificate are answered UNAUTHENTICATED before
 *     anything is read
 * @param handler called on the connection's event loop
 * @param unproven told why a caller was answered UNAUTHENTICATED, for the log; must not block
 */
public record ControlMethod<Q, A>(
    ServiceMethod<Q, A> method,
    int mostRequestBytes,
    boolean proven,
    CallHandler<Q, A> handler,
    Consumer<String> unproven) {
  private static final Logger LOG = LoggerFactory.getLogger(ControlMethod.class);

  /** Nobody is told of callers without a verified certificate. */
  public ControlMethod(
      ServiceMethod<Q, A> method, int mostRequestBytes, boolean proven, CallHandler<Q, A> handler) {
    this(method, mostRequestBytes, proven, handler, why -> {});
  }

  /** The same; {@code told} hears why a caller was answered UNAUTHENTICATED. */
  ControlMethod<Q, A> onUnproven(Consumer<String> told) {
    return new ControlMethod<>(method, mostRequestBytes, proven, handler, told);
  }

  /** Takes one call. */
  @FunctionalInterface
  public interface CallHandler<Q, A> {
    void handle(ControlCaller caller, GrpcServerRequest<Q, A> call);
  }

  /** Answers one request with one answer. */
  @FunctionalInterface
  public interface UnaryHandler<Q, A> {

    /**
     * @return fails with {@link StatusException} to answer with that status and message, which the
     *     caller sees; with anything else the caller sees INTERNAL and the log says why
     */
    Future<A> handle(ControlCaller caller, Q request);
  }

  /** A method with one request and one answer. */
  public static <Q, A> ControlMethod<Q, A> unary(
      ServiceMethod<Q, A> method,
      int mostRequestBytes,
      boolean proven,
      UnaryHandler<Q, A> handler) {
    AtomicLong unread = new AtomicLong();
    return new ControlMethod<>(
        method,
        mostRequestBytes,
        proven,
        (caller, call) ->
            OneRequest.of(call, method.decoder())
                .onFailure(e -> unread(method, unread, caller, call, e))
                .onSuccess(request -> answer(method, caller, call, request, handler)));
  }

  String path() {
    return "/" + method.serviceName().fullyQualifiedName() + "/" + method.methodName();
  }

  private static <Q, A> void answer(
      ServiceMethod<Q, A> method,
      ControlCaller caller,
      GrpcServerRequest<Q, A> call,
      Q request,
      UnaryHandler<Q, A> handler) {
    Future.succeededFuture(request)
        .compose(asked -> handler.handle(caller, asked))
        .onSuccess(answer -> call.response().end(answer))
        .onFailure(e -> fail(method, caller, call, e));
  }

  /**
   * Answers what cannot be read. Anybody may send that as often as they like, so only the first and
   * then each that doubles their number is told.
   */
  private static <Q, A> void unread(
      ServiceMethod<Q, A> method,
      AtomicLong unread,
      ControlCaller caller,
      GrpcServerRequest<Q, A> call,
      Throwable e) {
    long count = unread.incrementAndGet();
    if (Long.bitCount(count) == 1) {
      LOG.warn(
          "no request could be read method={} caller={} count={} {}",
          method.methodName(),
          caller,
          count,
          e instanceof StatusException status ? status.message() : "the caller is gone");
    }
    if (e instanceof StatusException) {
      fail(method, caller, call, e);
    }
  }

  private static <Q, A> void fail(
      ServiceMethod<Q, A> method, ControlCaller caller, GrpcServerRequest<Q, A> call, Throwable e) {
    if (e instanceof StatusException status) {
      String message = status.message();
      call.response().status(status.status()).statusMessage(message == null ? "" : message).end();
      return;
    }
    LOG.warn("call failed method={} caller={}", method.methodName(), caller, e);
    call.response()
        .status(GrpcStatus.INTERNAL)
        .statusMessage("the control node's log says why")
        .end();
  }
}
