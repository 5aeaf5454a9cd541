package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Reason;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.log.CalledService;
import io.heraldmesh.proxy.upstream.Routes;
import io.heraldmesh.proxy.upstream.UpstreamFailure;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * A TLS connection of a workload to an explicit listener: it goes, byte for byte, to the
 * destination that has the server name its client asks for, and to nothing else. Who asks for none,
 * or for one that may not be called so, gets the alert that says so and is closed.
 */
final class NamedServer {
  /** A fatal alert, unrecognized_name (RFC 6066 section 3). */
  private static final byte[] UNKNOWN = {21, 3, 3, 0, 2, 2, 112};

  private NamedServer() {}

  /**
   * @param serverName that the client asks for; null: none
   */
  static void start(
      ListenerContext context,
      Workload workload,
      Origin origin,
      @Nullable String serverName,
      Channel channel) {
    Authority server = serverName == null ? null : Authority.parse(serverName);
    Routes routes = context.inForce().get().routes(workload);
    if (server == null || server.port() >= 0) {
      refuse(context, origin, channel, "TLS without a server name leads nowhere");
    } else if (routes != null && routes.tls(server.host()) == null) {
      refuse(
          context,
          origin,
          channel,
          "no destination takes TLS as " + server.host() + ", at port 443 or its only one");
    } else {
      TcpClient.start(context, workload, origin, TcpClient.Callee.named(server.host()), channel);
    }
  }

  private static void refuse(
      ListenerContext context, Origin origin, Channel channel, String detail) {
    channel.writeAndFlush(Unpooled.wrappedBuffer(UNKNOWN));
    new Tunnel(context, channel, origin, CalledService.UNKNOWN)
        .refuse(new Reason(UpstreamFailure.NO_ROUTE, detail), UpstreamFailure.NO_ROUTE);
  }
}
