package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Protocol;
import io.heraldmesh.proxy.Limits;
import io.heraldmesh.tls.ClientHello;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks whether a workload's call is HTTP/1, HTTP/2 without TLS, TLS for a server that it names, or
 * plain bytes.
 */
final class OutboundSniffer extends Sniffer {
  private final OutboundListener listener;
  private final Protocol protocol;

  /**
   * @param protocol AUTO: bytes may pass, too
   */
  OutboundSniffer(OutboundListener listener, Protocol protocol) {
    super(listener.context());
    this.listener = listener;
    this.protocol = protocol;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    Boolean tls = listener.mayBeNamed() ? ClientHello.looksLikeTls(in) : Boolean.FALSE;
    if (tls == null) {
      return;
    }
    if (tls) {
      hello(ctx, in);
      return;
    }
    FirstBytes first = FirstBytes.on(protocol, in, listener.context().limits().requestLineBytes());
    if (first != FirstBytes.MORE) {
      start(ctx, first);
    }
  }

  @Override
  void undecided(ChannelHandlerContext ctx, long waitedMillis) {
    Limits limits = listener.context().limits();
    if (protocol == Protocol.AUTO) {
      if (waitedMillis >= limits.detection().toMillis()) {
        start(ctx, FirstBytes.atLast(internalBuffer()));
      }
    } else if (waitedMillis >= limits.requestHead().toMillis()) {
      ctx.close();
    }
  }

  private void hello(ChannelHandlerContext ctx, ByteBuf in) {
    try {
      ClientHello hello = ClientHello.read(in);
      if (hello != null) {
        named(ctx, hello.sni());
      }
    } catch (IllegalArgumentException noHello) {
      named(ctx, null);
    }
  }

  private void named(ChannelHandlerContext ctx, @Nullable String serverName) {
    listener.named(ctx.channel(), serverName);
    ctx.pipeline().remove(this);
  }

  private void start(ChannelHandlerContext ctx, FirstBytes first) {
    if (first == FirstBytes.OTHER && protocol == Protocol.AUTO) {
      listener.bytes(ctx.channel());
    } else if (first == FirstBytes.HTTP2) {
      HttpPipelines.http2(listener.context(), ctx.channel(), listener.gate(ctx.channel()), heard());
    } else {
      HttpPipelines.http1(listener.context(), ctx.channel(), listener.gate(ctx.channel()), heard());
    }
    ctx.pipeline().remove(this);
  }
}
