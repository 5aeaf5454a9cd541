package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Reason;
import io.heraldmesh.proxy.upstream.Watch;
import io.netty.channel.Channel;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Ends a connection when its standing is withdrawn, at the next tick of its event loop's {@link
 * Watch}, with all that runs on it. Where {@linkplain Standing#mayAnswer() requests may still be
 * answered}, they have a moment for it.
 */
final class Guard implements Watch.Timed {
  /** Together with a tick to notice and a tick to close, less than a second. */
  private static final long MOMENT_MILLIS = 400;

  private final Channel channel;
  private final Standing standing;
  private final InstantSource clock;
  private final Consumer<Reason> tell;
  private @Nullable Reason reason;
  private long since;

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
    if (reason != null) {
      if (nowMillis - since >= MOMENT_MILLIS) {
        Ends.cut(channel);
      }
      return;
    }
    Reason withdrawn = standing.withdrawn(clock.instant());
    if (withdrawn == null || !channel.isActive()) {
      return;
    }
    reason = withdrawn;
    since = nowMillis;
    tell.accept(withdrawn);
    if (standing.mayAnswer()) {
      channel.pipeline().fireUserEventTriggered(Drain.NOW);
    } else {
      Ends.cut(channel);
    }
  }
}
