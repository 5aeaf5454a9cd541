package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.filter.Filters;
import io.heraldmesh.proxy.log.CalledService;
import io.heraldmesh.proxy.upstream.Choice;
import io.heraldmesh.proxy.upstream.Route;
import io.heraldmesh.proxy.upstream.Routes;
import io.heraldmesh.proxy.upstream.UpstreamFailure;
import io.heraldmesh.tls.MeshProtocol;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where a workload's own calls go: by the host they name, or always to one service. */
final class OutboundGate implements Gate {
  private static final int HTTP_PORT = 80;

  private final ListenerContext context;
  private final Workload workload;
  private final @Nullable HostPort only;
  private final Origin origin;

  /**
   * @param only the service that every request is for, whatever its Host; null: look at the Host
   */
  OutboundGate(
      ListenerContext context,
      Workload workload,
      String principal,
      @Nullable HostPort only,
      String address) {
    this.context = context;
    this.workload = workload;
    this.only = only;
    this.origin = new Origin("source", workload.toString(), principal, false, address);
  }

  @Override
  public boolean allows(RequestTarget.Form form) {
    return true;
  }

  @Override
  public Admission admit(HttpHead head, @Nullable Authority authority, boolean http2) {
    Routes routes = context.inForce().get().routes(workload);
    if (routes == null) {
      return Admission.Answer.of(
          503, "no configuration yet", "no_policy", "no snapshot is in force", "no_policy");
    }
    boolean connect = head.method().equals("CONNECT");
    Route route = route(routes, authority, connect);
    if (route == null) {
      return Admission.Answer.of(
          502,
          "no such service",
          UpstreamFailure.NO_ROUTE,
          only == null
              ? "no destination of that name and port"
              : "no destination of that name and port: this listener leads to " + only,
          UpstreamFailure.NO_ROUTE);
    }
    CalledService called = route.called();
    MeshProtocol protocol = connect ? MeshProtocol.TCP : Gate.protocol(route.destination(), http2);
    Choice choice = route.next(protocol, host(authority));
    if (choice == null) {
      return Admission.Answer.of(
              503,
              "no healthy upstream",
              UpstreamFailure.NO_ENDPOINT,
              called.service() + " has no endpoint that can be called",
              UpstreamFailure.NO_ENDPOINT)
          .to(called);
    }
    return connect
        ? new Admission.Tunnel(
            Filters.outbound(null), choice, called, upstream -> standing(authority, true, upstream))
        : new Admission.Forward(Filters.outbound(head), choice, called);
  }

  @Override
  public Standing standing(
      IncomingRequest request,
      Choice choice,
      Instant decidedAt,
      Supplier<@Nullable Channel> upstream) {
    return standing(request.authority(), false, upstream);
  }

  /** The standing of what is under way to {@code authority}. */
  private Standing standing(
      @Nullable Authority authority, boolean connect, Supplier<@Nullable Channel> upstream) {
    return new OutboundStanding(
        context,
        () -> context.inForce().get().routes(workload),
        routes -> route(routes, authority, connect),
        host(authority),
        upstream);
  }

  @Override
  public void mark(HttpHeaders headers, List<String> forwardedFor) {
    // who calls, the called side knows from the certificate; whom a gateway speaks for, from this
    if (!forwardedFor.isEmpty()) {
      headers.set("x-forwarded-for", forwardedFor);
    }
  }

  @Override
  public Origin origin() {
    return origin;
  }

  private @Nullable Route route(Routes routes, @Nullable Authority authority, boolean connect) {
    Route leads = only == null ? null : routes.find(only.host(), only.port());
    if (only != null && !connect) {
      return leads;
    }
    if (authority == null || connect && authority.port() < 0) {
      return null;
    }
    Route named =
        routes.find(authority.host(), authority.port() < 0 ? HTTP_PORT : authority.port());
    return only == null || named == leads ? named : null;
  }

  private String host(@Nullable Authority authority) {
    if (only != null) {
      return only.host();
    }
    return authority == null ? "" : authority.host();
  }
}
