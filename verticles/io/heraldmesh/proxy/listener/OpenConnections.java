package io.heraldmesh.proxy.listener;

import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.List;

/**
 * The client connections that are open, those to the node's workloads apart from those of its
 * workloads, and whether they are being brought to an end. Thread-safe.
 */
public final class OpenConnections {
  private final Side inbound = new Side();
  private final Side outbound = new Side();
  private volatile boolean over;

  private static final class Side {
    final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    volatile boolean draining;
  }

  void addInbound(Channel channel) {
    inbound.channels.add(channel);
  }

  void addOutbound(Channel channel) {
    outbound.channels.add(channel);
  }

  /**
   * Whether {@code channel} is to end after what it does. Who takes a connection over must ask: it
   * may have been told before that one was there to hear it.
   */
  boolean draining(Channel channel) {
    return inbound.draining && inbound.channels.contains(channel)
        || outbound.draining && outbound.channels.contains(channel);
  }

  /**
   * Tells every connection to the node's workloads to end after what it is doing; completes when
   * those that were there are gone. One that is added later has one request.
   */
  public Future<Void> drainInbound() {
    return drain(inbound);
  }

  /** The same for connections of the node's workloads. */
  public Future<Void> drainOutbound() {
    return drain(outbound);
  }

  private Future<Void> drain(Side side) {
    side.draining = true;
    for (Channel channel : side.channels) {
      channel.eventLoop().execute(() -> channel.pipeline().fireUserEventTriggered(Drain.NOW));
    }
    if (over) {
      closeAll();
    }
    return side.channels.newCloseFuture();
  }

  /** Closes what is left, now: nothing in a pipeline gets to put it off. */
  public void closeAll() {
    over = true;
    for (Side side : List.of(inbound, outbound)) {
      for (Channel channel : side.channels) {
        channel.eventLoop().execute(() -> Ends.cut(channel));
      }
    }
  }

  public int size() {
    return inbound.channels.size() + outbound.channels.size();
  }
}
