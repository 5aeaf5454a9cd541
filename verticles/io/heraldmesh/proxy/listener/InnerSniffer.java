package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Connection;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.Reason;
import io.heraldmesh.proxy.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.List;

/** Looks at the first bytes inside mesh TLS when ALPN did not say what they are. */
final class InnerSniffer extends Sniffer {
  private final InboundListener listener;
  private final Connection connection;
  private final PeerCheck peer;
  private final long connected;

  /**
   * @param connected when the connection came, before its handshake
   */
  InnerSniffer(InboundListener listener, Connection connection, PeerCheck peer, long connected) {
    super(listener.context());
    this.listener = listener;
    this.connection = connection;
    this.peer = peer;
    this.connected = connected;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    FirstBytes first =
        FirstBytes.on(
            listener.port().protocol(), in, listener.context().limits().requestLineBytes());
    if (first != FirstBytes.MORE) {
      start(ctx, first);
    }
  }

  @Override
  void undecided(ChannelHandlerContext ctx, long waitedMillis) {
    Limits limits = listener.context().limits();
    if (listener.port().protocol() == Protocol.AUTO) {
      if (waitedMillis >= limits.detection().toMillis()) {
        start(ctx, FirstBytes.atLast(internalBuffer()));
      }
    } else if (watch().now() - connected >= limits.handshake().toMillis()) {
      listener.refuse(
          ctx.channel(),
          new Reason("first_bytes_timeout", "the client did not say what it speaks in time"));
      ctx.close();
    }
  }

  @Override
  void ended(ChannelHandlerContext ctx) {
    if (listener.port().protocol() == Protocol.AUTO) {
      start(ctx, FirstBytes.atLast(internalBuffer()));
    }
  }

  private void start(ChannelHandlerContext ctx, FirstBytes first) {
    InboundProtocol.start(listener, ctx.channel(), connection, peer, first, heard());
    ctx.pipeline().remove(this);
  }
}
