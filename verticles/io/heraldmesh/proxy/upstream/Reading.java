package io.heraldmesh.proxy.upstream;

import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;

/**
 * Stops and resumes reading from a channel, so that each side is read as fast as the other takes.
 */
public final class Reading {
  private Reading() {}

  public static void stop(Channel channel) {
    channel.config().setAutoRead(false);
  }

  public static void resume(Channel channel) {
    if (channel instanceof DuplexChannel duplex && duplex.isInputShutdown()) {
      // nothing more can come, and epoll no longer knows the socket for it
      return;
    }
    channel.config().setAutoRead(true);
  }
}
