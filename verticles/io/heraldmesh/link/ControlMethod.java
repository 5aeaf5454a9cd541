package io.heraldmesh.link;

import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.tls.PeerIdentity;
import io.vertx.core.Future;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.StatusException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One gRPC method that a {@link ControlServer} offers.
 *
 * @param method as generated from the {@code .proto}, the server's form
 * @param mostRequestBytes of one message; the call fails when a longer one comes
 * @param mostOfOthers the same, of callers that have none of the {@code trusted} roles
 * @param trusted empty: {@code mostRequestBytes} of everybody; otherwise only of {@code proven}
 *     callers
 * @param proven true: callers without a verified certificate are answered UNAUTHENTICATED before
 *     anything is read
 * @param oneRequest a call has one message, which has to come whole in time; false: it is a stream
 * @param handler called on the connection's event loop
 * @param unproven told why a caller was answered UNAUTHENTICATED, for the log; must not block
 */
public record ControlMethod<Q, A>(
    ServiceMethod<Q, A> method,
    int mostRequestBytes,
    int mostOfOthers,
    Set<HeraldRole> trusted,
    boolean proven,
    boolean oneRequest,
    CallHandler<Q, A> handler,
    Consumer<String> unproven) {
  private static final Logger LOG = LoggerFactory.getLogger(ControlMethod.class);

  public ControlMethod {
    trusted = Set.copyOf(trusted);
  }

  /** A stream; nobody is told of callers without a verified certificate. */
  public ControlMethod(
      ServiceMethod<Q, A> method, int mostRequestBytes, boolean proven, CallHandler<Q, A> handler) {
    this(method, mostRequestBytes, proven, false, handler);
  }

  private ControlMethod(
      ServiceMethod<Q, A> method,
      int mostRequestBytes,
      boolean proven,
      boolean oneRequest,
      CallHandler<Q, A> handler) {
    this(
        method,
        mostRequestBytes,
        mostRequestBytes,
        Set.of(),
        proven,
        oneRequest,
        handler,
        why -> {});
  }

  /** The same; {@code told} hears why a caller was answered UNAUTHENTICATED. */
  ControlMethod<Q, A> onUnproven(Consumer<String> told) {
    return new ControlMethod<>(
        method, mostRequestBytes, mostOfOthers, trusted, proven, oneRequest, handler, told);
  }

  /** The same; of callers that have none of {@code roles} a message has at most {@code bytes}. */
  ControlMethod<Q, A> lessOfOthersThan(Set<HeraldRole> roles, int bytes) {
    return new ControlMethod<>(
        method, mostRequestBytes, bytes, roles, proven, oneRequest, handler, unproven);
  }

  boolean takesAllOf(@Nullable PeerIdentity peer) {
    return trusted.isEmpty() || trusts(peer);
  }

  /** True: {@code peer} has one of the {@code trusted} roles. */
  boolean trusts(@Nullable PeerIdentity peer) {
    return peer != null
        && peer.id().herald().filter(herald -> trusted.contains(herald.role())).isPresent();
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
        true,
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
