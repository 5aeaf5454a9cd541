package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Connection;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.Reason;
import io.heraldmesh.proxy.overload.Overload;
import io.heraldmesh.proxy.overload.Shed;
import io.heraldmesh.proxy.upstream.Watch;
import io.heraldmesh.tls.PeerRefused;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import org.jspecify.annotations.Nullable;

/** Waits for the end of a mesh TLS handshake; then knows the peer and what is spoken inside. */
final class MeshHandshake extends ChannelInboundHandlerAdapter implements Watch.Timed {
  private final InboundListener listener;
  private final SslHandler tls;
  private final @Nullable String sni;
  private final Watch watch;
  private final long connected;
  private final long since;
  private @Nullable ChannelHandlerContext context;

  /**
   * @param connected when the connection came
   */
  MeshHandshake(
      InboundListener listener, SslHandler tls, @Nullable String sni, Watch watch, long connected) {
    this.listener = listener;
    this.tls = tls;
    this.sni = sni;
    this.watch = watch;
    this.connected = connected;
    this.since = watch.now();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    watch.add(this);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    watch.remove(this);
  }

  /** The handshake has a time limit of its own; this is a shorter one for bad times. */
  @Override
  public void check(long now) {
    Overload overload = listener.context().overload();
    ChannelHandlerContext ctx = context;
    if (ctx != null && overload.saving() && now - since > Overload.PATIENCE_MILLIS) {
      overload.shed(Shed.NEWCOMER);
      ctx.close();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (!(event instanceof SslHandshakeCompletionEvent handshake)) {
      ctx.fireUserEventTriggered(event);
      return;
    }
    if (!handshake.isSuccess()) {
      PeerRefused refused = PeerRefused.in(handshake.cause());
      refuse(
          ctx,
          refused == null ? "tls_failed" : "peer_" + refused.code(),
          String.valueOf(refused == null ? handshake.cause() : refused.getMessage()));
      return;
    }
    try {
      PeerCheck peer = PeerCheck.of(listener.context().tls(), tls.engine());
      Connection connection =
          listener.connection(ctx.channel(), Connection.Tls.MUTUAL, peer.identity().id(), sni);
      inside(ctx, connection, peer);
    } catch (PeerRefused e) {
      refuse(ctx, "peer_" + e.code(), String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // the handshake's own event tells more; what comes before it is noise from the network
    ctx.close();
  }

  private void inside(ChannelHandlerContext ctx, Connection connection, PeerCheck peer) {
    listener.context().newcomers().known(ctx.channel());
    String negotiated = tls.applicationProtocol();
    if (negotiated != null) {
      InboundProtocol.start(
          listener,
          ctx.channel(),
          connection,
          peer,
          negotiated.equals("h2") ? FirstBytes.HTTP2 : FirstBytes.HTTP1,
          watch.now());
    } else if (listener.port().protocol() == Protocol.TCP) {
      InboundProtocol.start(
          listener, ctx.channel(), connection, peer, FirstBytes.OTHER, watch.now());
    } else {
      ctx.pipeline().addLast(new InnerSniffer(listener, connection, peer, connected));
    }
    ctx.pipeline().remove(this);
  }

  private void refuse(ChannelHandlerContext ctx, String code, String detail) {
    listener.refuse(ctx.channel(), new Reason(code, detail));
    ctx.close();
  }
}
