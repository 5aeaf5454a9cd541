package io.heraldmesh.proxy.listener;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;

/** The client connections that are open, and whether they are being brought to an end. */
public final class OpenConnections {
  private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
  private volatile boolean draining;

  void add(Channel channel) {
    channels.add(channel);
    if (draining) {
      channel.pipeline().fireUserEventTriggered(Drain.NOW);
    }
  }

  boolean draining() {
    return draining;
  }

  /** Tells every connection to end after what it is doing; completes when none is left. */
  public Future<Void> drain() {
    draining = true;
    for (Channel channel : channels) {
      channel.eventLoop().execute(() -> channel.pipeline().fireUserEventTriggered(Drain.NOW));
    }
    return channels.newCloseFuture();
  }

  /** Closes what is left, now: nothing in a pipeline gets to put it off. */
  public void closeAll() {
    for (Channel channel : channels) {
      channel
          .eventLoop()
          .execute(
              () -> {
                ChannelHandlerContext first = channel.pipeline().firstContext();
                if (first == null) {
                  channel.close();
                } else {
                  first.close();
                }
              });
    }
  }

  public int size() {
    return channels.size();
  }
}
