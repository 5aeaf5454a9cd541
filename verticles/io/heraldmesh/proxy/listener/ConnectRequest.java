package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.upstream.UpstreamFailure;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.function.Consumer;

/**
 * A CONNECT being answered: stands before what speaks HTTP with the client, until the tunnel is
 * open or has failed. From the 200 on, the connection carries bytes that are not ours.
 */
final class ConnectRequest extends ChannelInboundHandlerAdapter {
  private static final String ESTABLISHED = "HTTP/1.1 200 Connection Established\r\n\r\n";

  private final Channel channel;
  private boolean draining;

  ConnectRequest(Channel channel) {
    this.channel = channel;
  }

  void start(
      ListenerContext context,
      Origin origin,
      Gate.Admission.Tunnel wanted,
      Consumer<UpstreamFailure> onFailure) {
    Tunnel tunnel = new Tunnel(context, channel, origin, wanted.called());
    tunnel.guard(wanted.standing().apply(tunnel::upstream));
    tunnel.open(
        wanted.permit(), wanted.choice(), this::established, failure -> failed(failure, onFailure));
  }

  /** Before the answer only the end of the request may come (CVE-2025-64763). */
  void early(Object message) {
    boolean end =
        message instanceof LastHttpContent last
            && last.decoderResult().isSuccess()
            && !last.content().isReadable();
    ReferenceCountUtil.release(message);
    if (!end) {
      channel.close();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    early(message);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == Drain.NOW) {
      // a tunnel that is open runs on until the deadline, and so does one that is being opened
      draining = true;
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  private void established() {
    ChannelPipeline pipeline = channel.pipeline();
    RequestDecoder decoder = pipeline.get(RequestDecoder.class);
    if (decoder != null && (decoder.waitsForRestOfHead() || decoder.hasUnread())) {
      // early bytes, of which the decoder has read a part at most
      channel.close();
      return;
    }
    pipeline.remove(Http1Client.class);
    pipeline.remove(RequestDecoder.class);
    pipeline.remove(ResponseEncoder.class);
    pipeline.remove(this);
    channel.writeAndFlush(ByteBufUtil.writeAscii(channel.alloc(), ESTABLISHED));
  }

  private void failed(UpstreamFailure failure, Consumer<UpstreamFailure> onFailure) {
    if (channel.pipeline().context(this) != null) { // the client may be gone
      channel.pipeline().remove(this);
    }
    onFailure.accept(failure);
    if (draining) {
      channel.pipeline().fireUserEventTriggered(Drain.NOW);
    }
  }
}
