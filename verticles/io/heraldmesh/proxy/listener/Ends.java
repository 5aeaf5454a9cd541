package io.heraldmesh.proxy.listener;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;

/** The two connections of a tunnel. Belongs to the event loop that both share. */
record Ends(Channel client, Channel upstream) {

  /** Nothing is left of either. */
  boolean areClosed() {
    return !client.isActive() && !upstream.isActive();
  }

  /** Closes both, whatever is still to be written. */
  void cut() {
    cut(client);
    cut(upstream);
  }

  /**
   * Closes {@code channel} now: from the front, so that no handler puts it off to finish what it is
   * doing, and no byte waits for a peer that does not read. On the channel's event loop.
   */
  static void cut(Channel channel) {
    ChannelHandlerContext first = channel.pipeline().firstContext();
    if (first == null) {
      channel.close();
    } else {
      first.close();
    }
  }
}
