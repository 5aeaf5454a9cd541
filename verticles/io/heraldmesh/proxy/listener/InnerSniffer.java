package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Connection;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.Reason;
import io.heraldmesh.proxy.upstream.Watch;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks at the first bytes inside mesh TLS when ALPN did not say what they are. */
final class InnerSniffer extends ByteToMessageDecoder implements Watch.Timed {
  private final InboundListener listener;
  private final Connection connection;
  private final PeerCheck peer;
  private @Nullable Watch watch;
  private @Nullable ChannelHandlerContext context;
  private long since;

  InnerSniffer(InboundListener listener, Connection connection, PeerCheck peer) {
    this.listener = listener;
    this.connection = connection;
    this.peer = peer;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    Watch here = listener.context().upstreams().watch(ctx.channel().eventLoop());
    watch = here;
    since = here.now();
    here.add(this);
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) {
    if (watch != null) {
      watch.remove(this);
    }
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    FirstBytes first = FirstBytes.of(in);
    if (first != FirstBytes.MORE) {
      start(ctx, first);
    }
  }

  @Override
  public void check(long now) {
    ChannelHandlerContext ctx = context;
    if (ctx == null || now - since < listener.context().limits().handshake().toMillis()) {
      return;
    }
    if (listener.port().protocol() == Protocol.AUTO && actualReadableBytes() == 0) {
      start(ctx, FirstBytes.OTHER);
    } else {
      listener.refused(
          ctx.channel(),
          new Reason("first_bytes_timeout", "the client did not say what it speaks in time"));
      ctx.close();
    }
  }

  private void start(ChannelHandlerContext ctx, FirstBytes first) {
    InboundProtocol.start(listener, ctx.channel(), connection, peer, first);
    ctx.pipeline().remove(this);
  }
}
