package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.upstream.Watch;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks whether a workload's call is HTTP/1, HTTP/2 without TLS, or plain bytes. */
final class OutboundSniffer extends ByteToMessageDecoder implements Watch.Timed {
  private final OutboundListener listener;
  private @Nullable Watch watch;
  private @Nullable ChannelHandlerContext context;
  private long since;

  OutboundSniffer(OutboundListener listener) {
    this.listener = listener;
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
    if (ctx == null || now - since < listener.context().limits().requestHead().toMillis()) {
      return;
    }
    if (listener.mayBeBytes() && actualReadableBytes() == 0) {
      start(ctx, FirstBytes.OTHER);
    } else {
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
