package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Reason;
import io.heraldmesh.proxy.overload.Shed;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of each request of one client's stream: read strictly, decided by the gate, then
 * started as an {@link Exchange}, answered here, or made a tunnel.
 */
final class Admission {
  /** Flag and reason of what is given up for want of memory. */
  static final String OVERLOADED = "overloaded";

  /** Requests that one HTTP/2 client may have open while memory is short. */
  static final int STREAMS_WHILE_SHORT = 8;

  private final ListenerContext context;
  private final Gate gate;
  private final HttpServerStream client;

  Admission(ListenerContext context, Gate gate, HttpServerStream client) {
    this.context = context;
    this.gate = gate;
    this.client = client;
  }

  void start(HttpRequest request) {
    client.expectNoBody(request.method().equals(HttpMethod.HEAD));
    // in HTTP/1.1 it is something else that calls itself so
    GrpcExchange grpc = client.http2() ? GrpcExchange.of(request.headers()) : null;
    client.grpc(grpc != null);
    try {
      admit(IncomingRequest.read(request, gate, context.limits(), client.http2()), grpc);
    } catch (IncomingRequest.Malformed e) {
      refuse(e.status(), String.valueOf(e.getMessage()), grpc, mayGoOn(request));
    }
  }

  /** More of what was refused may be on its way: a body, or the rest of the head. */
  private static boolean mayGoOn(HttpRequest request) {
    HttpHeaders headers = request.headers();
    return request.decoderResult().isFailure()
        || headers.contains(HttpHeaderNames.CONTENT_LENGTH)
        || headers.contains(HttpHeaderNames.TRANSFER_ENCODING);
  }

  /** The bytes cannot be trusted any further: answer and end. */
  void refuse(int status, String what) {
    client.expectNoBody(false);
    refuse(status, what, null, true);
  }

  /** A head has not ended, and there is no room for more of it. */
  void overloaded() {
    client.expectNoBody(false);
    RequestLog log =
        new RequestLog(
            context.telemetry(), gate.origin(), client.protocol(), null, null, null, null, null);
    log.flag(OVERLOADED);
    log.end(503, new Reason(OVERLOADED, "too much of unfinished heads"), null, null, null, null, 0);
    client.closing().answerAndEnd(503, OVERLOADED, List.of(), false);
  }

  private void refuse(int status, String what, @Nullable GrpcExchange grpc, boolean linger) {
    RequestLog log =
        new RequestLog(
            context.telemetry(), gate.origin(), client.protocol(), null, null, null, null, null);
    if (grpc != null) {
      log.grpc(grpc);
    }
    log.end(sent(status, grpc), new Reason("bad_request", what), null, null, null, null, 0);
    client
        .closing()
        .answerAndEnd(status, HttpResponseStatus.valueOf(status).reasonPhrase(), List.of(), linger);
  }

  /** The HTTP status that the client gets. */
  private int sent(int status, @Nullable GrpcExchange grpc) {
    return status != 0 && client.grpc() && grpc != null ? grpc.answered(status) : status;
  }

  private void admit(IncomingRequest incoming, @Nullable GrpcExchange grpc) {
    client.expect(incoming);
    RequestLog log =
        new RequestLog(
            context.telemetry(),
            gate.origin(),
            client.protocol(),
            incoming.head().method(),
            incoming.named(),
            incoming.head().target(),
            incoming.requestId(),
            incoming.userAgent());
    if (grpc != null) {
      log.grpc(grpc);
    }
    if (context.overload().shedding()) {
      client.closing().afterThisOnAllStreams();
      shed(log, incoming.hasBody(), grpc);
      return;
    }
    if (context.overload().saving() && hasEnough()) {
      shed(log, incoming.hasBody(), grpc);
      return;
    }
    switch (gate.admit(incoming.head(), incoming.authority(), client.http2())) {
      case Gate.Admission.Answer answer -> {
        // what a client sends into a tunnel that it takes for open is no request
        boolean more = incoming.hasBody() || incoming.isConnect();
        deny(answer, log, more, grpc);
      }
      case Gate.Admission.Forward forward -> {
        boolean upgrade =
            incoming.asksForWebSocket() && !client.http2() && !forward.choice().target().http2();
        incoming.rewrite(
            forward.permit().decision(), gate, forward.choice().target().address(), upgrade);
        ResponseRelay relay =
            new ResponseRelay(
                client,
                incoming.isHead(),
                incoming.old(),
                incoming.expectsContinue(),
                upgrade,
                grpc);
        client.begin(new Exchange(client, incoming, gate, forward, relay, grpc, log));
      }
      case Gate.Admission.Tunnel wanted -> tunnel(wanted, log);
    }
  }

  /** A client of many streams takes the room of as many others. A proxy's are many clients'. */
  private boolean hasEnough() {
    return !gate.origin().mutualTls() && client.streams() > STREAMS_WHILE_SHORT;
  }

  /** Before it costs anything; whoever comes back does so on a new connection, or elsewhere. */
  private void shed(RequestLog log, boolean body, @Nullable GrpcExchange grpc) {
    context.overload().shed(Shed.REQUEST);
    deny(
        Gate.Admission.Answer.of(
            503,
            OVERLOADED,
            OVERLOADED,
            "memory is short: " + context.overload().pressure(),
            OVERLOADED),
        log,
        body,
        grpc);
  }

  private void tunnel(Gate.Admission.Tunnel wanted, RequestLog log) {
    if (!(client.end() instanceof Http1Client connection)) {
      deny(
          Gate.Admission.Answer.of(
                  501, "CONNECT needs HTTP/1.1", "connect_refused", "CONNECT in HTTP/2", "-")
              .to(wanted.called()),
          log,
          true,
          null);
      return;
    }
    ConnectRequest connect = new ConnectRequest(connection.channel());
    connection.stepAside(connect);
    connect.start(
        context,
        gate.origin(),
        wanted,
        failure ->
            deny(
                Gate.Admission.Answer.of(
                        503,
                        "upstream connect error or disconnect: " + failure.flag(),
                        failure.flag(),
                        failure.detail(),
                        failure.flag())
                    .to(wanted.called()),
                log,
                true,
                null));
  }

  /**
   * @param body of the request follows, which nobody wants; not to read it all, the connection has
   *     to end
   */
  private void deny(
      Gate.Admission.Answer answer, RequestLog log, boolean body, @Nullable GrpcExchange grpc) {
    Decision.Denied denied = answer.decision();
    log.flag(answer.flag());
    log.end(
        sent(denied.status(), grpc),
        denied.reason(),
        denied.principal(),
        denied.requestPrincipal(),
        answer.called(),
        null,
        denied.body().length());
    if (denied.status() == 0) {
      client.closing().closeConnection();
    } else if (body) {
      client.closing().answerAndEnd(denied.status(), denied.body(), denied.headers(), true);
    } else {
      client.closing().answer(denied.status(), denied.body(), denied.headers());
    }
  }
}
