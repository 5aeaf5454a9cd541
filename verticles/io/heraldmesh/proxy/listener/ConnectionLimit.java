package io.heraldmesh.proxy.listener;

import io.micrometer.core.instrument.Counter;
import io.netty.channel.Channel;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many connections one listener has open at most. One more is closed before it costs anything
 * but its socket, so that a flood of them takes no memory from the calls that are under way.
 * Thread-safe.
 */
final class ConnectionLimit {
  private final int most;
  private final Counter refused;
  private final AtomicInteger open = new AtomicInteger();

  ConnectionLimit(int most, Counter refused) {
    this.most = most;
    this.refused = refused;
  }

  /**
   * Counts {@code channel} until it is closed; false, and it is closed, when it is one too many.
   */
  boolean admit(Channel channel) {
    if (open.incrementAndGet() > most) {
      open.decrementAndGet();
      refused.increment();
      channel.close();
      return false;
    }
    channel.closeFuture().addListener(closed -> open.decrementAndGet());
    return true;
  }
}
