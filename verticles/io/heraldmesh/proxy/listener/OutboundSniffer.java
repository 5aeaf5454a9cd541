package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.List;

/** Looks whether a workload's call is HTTP/1, HTTP/2 without TLS, or plain bytes. */
final class OutboundSniffer extends Sniffer {
  private final OutboundListener listener;

  OutboundSniffer(OutboundListener listener) {
    super(listener.context());
    this.listener = listener;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    FirstBytes first = FirstBytes.of(in);
    if (first != FirstBytes.MORE) {
      start(ctx, first);
    }
  }

  @Override
  void undecided(ChannelHandlerContext ctx, long waitedMillis) {
    Limits limits = listener.context().limits();
    if (listener.mayBeBytes()) {
      if (waitedMillis >= limits.detection().toMillis()) {
        start(ctx, FirstBytes.OTHER);
      }
    } else if (waitedMillis >= limits.requestHead().toMillis()) {
      ctx.close();
    }
  }

  private void start(ChannelHandlerContext ctx, FirstBytes first) {
    if (first == FirstBytes.OTHER && listener.mayBeBytes()) {
      listener.bytes(ctx.channel());
    } else if (first == FirstBytes.HTTP2) {
      HttpPipelines.http2(listener.context(), ctx.channel(), listener.gate(ctx.channel()));
    } else {
      HttpPipelines.http1(listener.context(), ctx.channel(), listener.gate(ctx.channel()));
    }
    ctx.pipeline().remove(this);
  }
}
