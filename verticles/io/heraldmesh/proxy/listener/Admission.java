package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Reason;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;

/**
 * What becomes of each request of one client's stream: read strictly, decided by the gate, then
 * started as an {@link Exchange}, answered here, or made a tunnel.
 */
final class Admission {
  private final ListenerContext context;
  private final Gate gate;
  private final HttpServerStream client;

  Admission(ListenerContext context, Gate gate, HttpServerStream client) {
    this.context = context;
    this.gate = gate;
    this.client = client;
  }

  void start(HttpRequest request) {
    try {
      admit(IncomingRequest.read(request, gate, context.limits()));
    } catch (IncomingRequest.Malformed e) {
      refuse(e.status(), String.valueOf(e.getMessage()));
    }
  }

  /** The bytes cannot be trusted any further: answer and end. */
  void refuse(int status, String what) {
    new RequestLog(
            context.telemetry(), gate.origin(), client.protocol(), null, null, null, null, null)
        .end(status, new Reason("bad_request", what), null, null, null, null, 0);
    client
        .closing()
        .answerAndEnd(status, HttpResponseStatus.valueOf(status).reasonPhrase(), List.of(), false);
  }

  private void admit(IncomingRequest incoming) {
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
    switch (gate.admit(incoming.head(), incoming.authority(), client.http2())) {
      case Gate.Admission.Answer answer -> deny(answer, log, incoming.hasBody());
      case Gate.Admission.Forward forward -> {
        boolean upgrade =
            incoming.asksForWebSocket() && !client.http2() && !forward.choice().target().http2();
        incoming.rewrite(forward.permit().decision(), gate, upgrade);
        GrpcExchange grpc = GrpcExchange.of(incoming.request().headers());
        if (grpc != null) {
          log.grpc(grpc);
        }
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

  private void tunnel(Gate.Admission.Tunnel wanted, RequestLog log) {
    ConnectRequest connect = new ConnectRequest(client.channel());
    if (!client.stepAside(connect)) {
      deny(
          Gate.Admission.Answer.of(
              501, "CONNECT needs HTTP/1.1", "connect_refused", "CONNECT in HTTP/2", "-"),
          log,
          true);
      return;
    }
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
                    failure.flag()),
                log,
                true));
  }

  /**
   * @param body of the request follows, which nobody wants; not to read it all, the connection has
   *     to end
   */
  private void deny(Gate.Admission.Answer answer, RequestLog log, boolean body) {
    Decision.Denied denied = answer.decision();
    log.flag(answer.flag());
    log.end(
        denied.status(),
        denied.reason(),
        denied.principal(),
        denied.requestPrincipal(),
        null,
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
