package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Decision;
import io.heraldmesh.proxy.upstream.ResponseSink;
import io.heraldmesh.proxy.upstream.UpstreamStream;
import io.netty.handler.codec.http2.Http2Error;
import org.jspecify.annotations.Nullable;

/**
 * The other half of an {@link Exchange}: how it ends, whoever ends it, and what its endpoint, the
 * log and the client are told then. Both are one object, since there is one for every request.
 */
abstract sealed class ExchangeEnd implements ResponseSink permits Exchange {
  private static final long CANCEL = Http2Error.CANCEL.code();
  private static final long NO_ERROR = Http2Error.NO_ERROR.code();

  final HttpServerStream client;
  final Gate.Admission.Forward admitted;
  final RequestRelay request;
  final ResponseRelay response;
  final @Nullable GrpcExchange grpc;
  final RequestLog log;
  final Attempts attempts;
  @Nullable UpstreamStream upstream;
  boolean over;

  ExchangeEnd(
      HttpServerStream client,
      Gate.Admission.Forward admitted,
      RequestRelay request,
      ResponseRelay response,
      @Nullable GrpcExchange grpc,
      RequestLog log) {
    this.client = client;
    this.admitted = admitted;
    this.request = request;
    this.response = response;
    this.grpc = grpc;
    this.log = log;
    this.attempts = new Attempts(admitted.choice());
  }

  /** The client has sent all of its request. */
  final boolean requestComplete() {
    return request.complete();
  }

  /** The response has come whole. */
  final void complete() {
    UpstreamStream stream = upstream;
    if (stream == null) {
      return;
    }
    end(response.status());
    if (request.complete()) {
      stream.done(response.reusable());
    } else {
      // answered before all was sent: the rest of the body leads nowhere
      stream.abort();
      client.closing().finishEarly();
    }
  }

  /** The client is gone: nobody waits for the rest. */
  final void clientGone() {
    if (!over) {
      log.flag("client_gone");
      end(response.status());
      if (upstream != null) {
        upstream.abort();
      }
    }
  }

  final void fail(ExchangeFailure why) {
    fail(why, why.blamed());
  }

  /**
   * @param blamed what the endpoint is told to have answered; 0: it is not to blame
   */
  final void fail(ExchangeFailure why, int blamed) {
    log.reason(why.reason());
    log.flag(why.flag());
    UpstreamStream stream = upstream;
    response.takeBack();
    boolean started = response.started();
    if (!started || grpc != null) { // what becomes of a gRPC call its head does not say
      attempts.end(started && onPurpose(stream) ? 0 : blamed);
    }
    end(started ? response.status() : sent(why.status()));
    if (stream != null) {
      stream.abort();
    }
    if (started) {
      client.closing().abort(why.ours() ? CANCEL : error(stream));
    } else {
      client
          .closing()
          .answerInstead(this, why.status(), LocalAnswer.text(why.status(), why.word()));
    }
  }

  /** The HTTP status that the client gets. */
  private int sent(int status) {
    return client.grpc() && grpc != null ? grpc.answered(status) : status;
  }

  /** The other side broke off what had begun well, as a proxy does when it must not go on. */
  private static boolean onPurpose(@Nullable UpstreamStream stream) {
    return stream != null && (stream.error() == CANCEL || stream.error() == NO_ERROR);
  }

  /** What the service said when it broke off, for the client to hear. */
  private static long error(@Nullable UpstreamStream stream) {
    return stream == null ? Http2Error.INTERNAL_ERROR.code() : stream.error();
  }

  private void end(int status) {
    over = true;
    request.release();
    if (upstream == null) {
      client.forget(attempts.target(), this);
    }
    finish(status, response.bytes());
  }

  /**
   * Nothing more passes.
   *
   * @param status that the client got
   * @param sent octets to the client
   */
  final void finish(int status, long sent) {
    attempts.end(grpc == null ? response.status() : grpc.asHttp(response.status()));
    if (attempts.retried()) {
      log.flag("retried");
    }
    Decision.Allowed decision = admitted.permit().decision();
    log.end(
        status,
        decision.reason(),
        decision.principal(),
        decision.requestPrincipal(),
        admitted.called(),
        upstream == null ? null : upstream.target().toString(),
        sent);
  }
}
