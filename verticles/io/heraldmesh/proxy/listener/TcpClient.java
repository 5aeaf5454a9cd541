package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Reason;
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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A TCP connection from a workload to the one service that it is known to be for. */
final class TcpClient {
  private TcpClient() {}

  /**
   * Who is called.
   *
   * @param name for the reason, should there be no such service
   * @param unrouted what it is counted as then: never what a client chose
   * @param host as it was called
   * @param in finds it in what may be called now; null: it is not there
   */
  record Callee(
      String name, CalledService unrouted, String host, Function<Routes, @Nullable Route> in) {

    /** The one service that a listener leads to. */
    static Callee of(HostPort service) {
      return new Callee(
          service.toString(),
          CalledService.word(service.toString()),
          service.host(),
          routes -> routes.find(service.host(), service.port()));
    }

    /** The server that a TLS client asks for. */
    static Callee named(String serverName) {
      return new Callee(
          serverName, CalledService.UNKNOWN, serverName, routes -> routes.tls(serverName));
    }
  }

  static void start(
      ListenerContext context, Workload workload, Origin origin, Callee callee, Channel channel) {
    Routes routes = context.inForce().get().routes(workload);
    Route route = routes == null ? null : callee.in().apply(routes);
    CalledService called = route == null ? callee.unrouted() : route.called();
    Tunnel tunnel = new Tunnel(context, channel, origin, called);
    Choice choice = route == null ? null : route.next(MeshProtocol.TCP, callee.host());
    if (routes == null) {
      tunnel.refuse(new Reason("no_policy", "no snapshot is in force"), "no_policy");
    } else if (route == null) {
      tunnel.refuse(
          new Reason(UpstreamFailure.NO_ROUTE, "no destination " + callee.name()),
          UpstreamFailure.NO_ROUTE);
    } else if (choice == null) {
      tunnel.refuse(
          new Reason(
              UpstreamFailure.NO_ENDPOINT,
              called.service() + " has no endpoint that can be called"),
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
