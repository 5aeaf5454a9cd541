package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Reason;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.filter.Filters;
import io.heraldmesh.proxy.upstream.Choice;
import io.heraldmesh.proxy.upstream.Route;
import io.heraldmesh.proxy.upstream.Routes;
import io.heraldmesh.proxy.upstream.UpstreamFailure;
import io.heraldmesh.tls.MeshProtocol;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/** A TCP connection from a workload to the one service that its listener leads to. */
final class TcpClient {
  private TcpClient() {}

  static void start(
      ListenerContext context,
      Workload workload,
      Origin origin,
      @Nullable HostPort service,
      Channel channel) {
    Routes routes = context.inForce().get().routes(workload);
    Route route =
        routes == null || service == null ? null : routes.find(service.host(), service.port());
    String name = route == null ? String.valueOf(service) : route.destination().service();
    Tunnel tunnel = new Tunnel(context, channel, origin, name);
    Choice choice =
        route == null || service == null ? null : route.next(MeshProtocol.TCP, service.host());
    if (routes == null) {
      tunnel.refuse(new Reason("no_policy", "no snapshot is in force"), "no_policy");
    } else if (route == null) {
      tunnel.refuse(
          new Reason(UpstreamFailure.NO_ROUTE, "no destination " + service),
          UpstreamFailure.NO_ROUTE);
    } else if (choice == null) {
      tunnel.refuse(
          new Reason(UpstreamFailure.NO_ENDPOINT, name + " has no endpoint that can be called"),
          UpstreamFailure.NO_ENDPOINT);
    } else {
      tunnel.guard(
          new OutboundStanding(
              context,
              () -> context.inForce().get().routes(workload),
              now -> service == null ? null : now.find(service.host(), service.port()),
              tunnel::upstream));
      tunnel.open(Filters.outbound(null), choice);
    }
  }
}
