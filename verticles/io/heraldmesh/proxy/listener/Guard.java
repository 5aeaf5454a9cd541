package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Reason;
import io.heraldmesh.proxy.upstream.Watch;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.time.InstantSource;
import java.util.function.Consumer;

/**
 * Closes a connection when its standing is withdrawn, at the next tick of its event loop's {@link
 * Watch}, with all that runs on it.
 */
final class Guard implements Watch.Timed {
  private final Channel channel;
  private final Standing standing;
  private final InstantSource clock;
  private final Consumer<Reason> tell;

  private Guard(Channel channel, Standing standing, InstantSource clock, Consumer<Reason> tell) {
    this.channel = channel;
    this.standing = standing;
    this.clock = clock;
    this.tell = tell;
  }

  /**
   * Guards {@code channel} until it is closed.
   *
   * @param tell hears why, before the connection is closed
   */
  static void over(
      Channel channel, Watch watch, Standing standing, InstantSource clock, Consumer<Reason> tell) {
    Guard guard = new Guard(channel, standing, clock, tell);
    watch.add(guard);
    channel.closeFuture().addListener(closed -> watch.remove(guard));
  }

  @Override
  public void check(long nowMillis) {
    Reason reason = standing.withdrawn(clock.instant());
    if (reason == null || !channel.isActive()) {
      return;
    }
    tell.accept(reason);
    // from the front, so that no handler puts it off to finish what it is doing
    ChannelHandlerContext first = channel.pipeline().firstContext();
    if (first == null) {
      channel.close();
    } else {
      first.close();
    }
  }
}
