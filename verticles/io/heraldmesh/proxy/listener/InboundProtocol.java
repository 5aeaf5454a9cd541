package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Connection;
import io.heraldmesh.policy.Protocol;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/** Hands an inbound connection to what speaks its protocol. */
final class InboundProtocol {
  private InboundProtocol() {}

  /**
   * @param first what the client speaks. On a port declared as HTTP it is HTTP/1 even when it does
   *     not look so: bytes must not pass requests' policies by looking odd
   * @param since when the first bytes of that came, or could come
   */
  static void start(
      InboundListener listener,
      Channel channel,
      Connection connection,
      @Nullable PeerCheck peer,
      FirstBytes first,
      long since) {
    Protocol declared = listener.port().protocol();
    boolean bytes =
        declared == Protocol.TCP || declared == Protocol.AUTO && first == FirstBytes.OTHER;
    if (bytes) {
      TcpServer.start(listener, channel, connection, peer);
      return;
    }
    ListenerContext context = listener.context();
    Guard.over(
        channel,
        context.upstreams().watch(channel.eventLoop()),
        new InboundStanding(context, listener.workload(), connection, peer, false),
        context.clock(),
        reason -> listener.withdrawn(channel, peer, reason));
    if (first == FirstBytes.HTTP2) {
      HttpPipelines.http2(context, channel, listener.gate(connection, peer, first), since);
    } else {
      HttpPipelines.http1(context, channel, listener.gate(connection, peer, first), since);
    }
  }
}
