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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A TCP connection from a workload to the one service that it is known to be for. */
final class TcpClient {
  private TcpClient() {}

  /**
   * Who is called.
   *
   * @param name for the log, should there be no such service
   * @param host as it was called
   * @param in finds it in what may be called now; null: it is not there
   */
  record Callee(String name, String host, Function<Routes, @Nullable Route> in) {

    /** The one service that a listener leads to. */
    static Callee of(HostPort service) {
      return new Callee(
          service.toString(),
          service.host(),
          routes -> routes.find(service.host(), service.port()));
    }

    /** The server that a TLS client asks for. */
    static Callee named(String serverName) {
      return new Callee(serverName, serverName, routes -> routes.tls(serverName));
    }
  }

  static void start(
      ListenerContext context, Workload workload, Origin origin, Callee callee, Channel channel) {
    Routes routes = context.inForce().get().routes(workload);
    Route route = routes == null ? null : callee.in().apply(routes);
    String name = route == null ? callee.name() : route.destination().service();
    Tunnel tunnel = new Tunnel(context, channel, origin, name);
    Choice choice = route == null ? null : route.next(MeshProtocol.TCP, callee.host());
    if (routes == null) {
      tunnel.refuse(new Reason("no_policy", "no snapshot is in force"), "no_policy");
    } else if (route == null) {
      tunnel.refuse(
          new Reason(UpstreamFailure.NO_ROUTE, "no destination " + name), UpstreamFailure.NO_ROUTE);
    } else if (choice == null) {
      tunnel.refuse(
          new Reason(UpstreamFailure.NO_ENDPOINT, name + " has no endpoint that can be called"),
          UpstreamFailure.NO_ENDPOINT);
    } else {
      tunnel.guard(
          new OutboundStanding(
              context,
              () -> context.inForce().get().routes(workload),
              callee.in(),
              callee.host(),
              tunnel::upstream));
      tunnel.open(Filters.outbound(null), choice);
    }
  }
}
