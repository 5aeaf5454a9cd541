package io.heraldmesh.proxy.upstream;

import io.netty.channel.Channel;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;

/**
 * How much the other side of an HTTP/2 connection may send before this side has taken it (RFC 9113
 * section 5.2). A stream that is not read holds at most its own window. The connection's is as
 * large as those of so many streams together, so that they hold up none of the others.
 */
public final class Windows {
  private Windows() {}

  /**
   * @param channel with the codec in its pipeline
   * @param streams that may be left unread without harm to others
   */
  public static void widen(Channel channel, int streams) {
    channel.write(
        new DefaultHttp2WindowUpdateFrame(
            Math.multiplyExact(streams, Http2CodecUtil.DEFAULT_WINDOW_SIZE)));
  }
}
