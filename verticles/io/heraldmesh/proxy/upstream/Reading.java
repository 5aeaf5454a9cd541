package io.heraldmesh.proxy.upstream;

import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http2.Http2StreamChannel;

/**
 * Stops and resumes reading from a channel, so that each side is read as fast as the other takes.
 */
public final class Reading {
  private Reading() {}

  public static void stop(Channel channel) {
    channel.config().setAutoRead(false);
  }

  /**
   * An HTTP/2 stream that is read again at once takes what was waiting and so opens its window, but
   * Netty may leave the frame that says so unsent: without the flush both sides could wait for
   * ever.
   */
  public static void resume(Channel channel) {
    if (channel instanceof DuplexChannel duplex && duplex.isInputShutdown()) {
      // nothing more can come, and epoll no longer knows the socket for it
      return;
    }
    channel.config().setAutoRead(true);
    if (channel instanceof Http2StreamChannel) {
      channel.eventLoop().execute(() -> channel.parent().flush());
    }
  }
}
