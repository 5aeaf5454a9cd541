package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Destination;
import io.heraldmesh.proxy.filter.Filters;
import io.heraldmesh.proxy.log.CalledService;
import io.heraldmesh.proxy.upstream.Addressed;
import io.heraldmesh.proxy.upstream.Choice;
import io.heraldmesh.proxy.upstream.Routes;
import io.heraldmesh.proxy.upstream.UpstreamFailure;
import io.heraldmesh.tls.MeshProtocol;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the requests of a captured connection go: to the service on the dialled port that they
 * name, else to what the dialled address stands for, else out of the mesh where that may be.
 */
final class CapturedGate implements Gate {
  private final CapturedCall call;

  CapturedGate(CapturedCall call) {
    this.call = call;
  }

  /**
   * A client that asks for a tunnel takes what it dialled for a proxy, which Herald is not then.
   */
  @Override
  public boolean allows(RequestTarget.Form form) {
    return form != RequestTarget.Form.AUTHORITY;
  }

  @Override
  public Admission admit(HttpHead head, @Nullable Authority authority, boolean http2) {
    Routes routes = call.routes();
    if (routes == null) {
      return Admission.Answer.of(
          503, "no configuration yet", "no_policy", "no snapshot is in force", "no_policy");
    }
    Addressed to = CapturedCall.request(routes, authority, call.dialled());
    if (to == null) {
      return routes.registryOnly()
          ? Admission.Answer.of(
                  502,
                  "no such service",
                  UpstreamFailure.NO_ROUTE,
                  String.valueOf(call.noRoute().detail()),
                  UpstreamFailure.NO_ROUTE)
              .to(CapturedCall.BLACK_HOLE)
          : new Admission.Forward(
              Filters.outbound(head),
              routes.elsewhere(http2 ? MeshProtocol.HTTP2 : MeshProtocol.HTTP1, call.dialled()),
              CapturedCall.PASSTHROUGH);
    }
    Destination destination = to.route().destination();
    CalledService called = to.route().called();
    Choice choice = to.choose(Gate.protocol(destination, http2), call.dialled(), host(authority));
    return choice == null
        ? Admission.Answer.of(
                503,
                "no healthy upstream",
                UpstreamFailure.NO_ENDPOINT,
                called.service() + " has no endpoint that can be called",
                UpstreamFailure.NO_ENDPOINT)
            .to(called)
        : new Admission.Forward(Filters.outbound(head), choice, called);
  }

  @Override
  public Standing standing(
      IncomingRequest request,
      Choice choice,
      Instant decidedAt,
      Supplier<@Nullable Channel> upstream) {
    Authority authority = request.authority();
    return choice.isOnly()
        ? new PassthroughStanding(call::routes)
        : new OutboundStanding(
            call.context(),
            call::routes,
            now -> CapturedCall.route(CapturedCall.request(now, authority, call.dialled())),
            host(authority),
            upstream);
  }

  @Override
  public void mark(HttpHeaders headers, List<String> forwardedFor) {
    // as a call that is not captured: the called side knows its caller from the certificate
    if (!forwardedFor.isEmpty()) {
      headers.set("x-forwarded-for", forwardedFor);
    }
  }

  @Override
  public Origin origin() {
    return call.origin();
  }

  private String host(@Nullable Authority authority) {
    return authority == null ? call.dialled().getAddress().getHostAddress() : authority.host();
  }
}
