package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.upstream.UpstreamFailure;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.function.Consumer;

/** A CONNECT being answered: from the 200 on, the connection carries bytes that are not ours. */
final class ConnectRequest {
  private static final String ESTABLISHED = "HTTP/1.1 200 Connection Established\r\n\r\n";

  private final Channel channel;
  private final ChannelHandler[] http;

  /**
   * @param http the handlers that speak HTTP to the client; gone when the tunnel is open
   */
  ConnectRequest(Channel channel, ChannelHandler... http) {
    this.channel = channel;
    this.http = http;
  }

  void start(
      ListenerContext context,
      Origin origin,
      Gate.Admission.Tunnel wanted,
      Consumer<UpstreamFailure> onFailure) {
    Tunnel tunnel = new Tunnel(context, channel, origin, wanted.destination());
    tunnel.guard(wanted.standing().apply(tunnel::upstream));
    tunnel.open(wanted.permit(), wanted.target(), this::established, onFailure);
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

  private void established() {
    for (ChannelHandler handler : http) {
      channel.pipeline().remove(handler);
    }
    channel.writeAndFlush(ByteBufUtil.writeAscii(channel.alloc(), ESTABLISHED));
  }
}
