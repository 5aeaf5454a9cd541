package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.overload.Overload;
import io.heraldmesh.proxy.overload.Shed;
import io.micrometer.core.instrument.Counter;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How many connections one listener has open at most, in all and from one address. One more is
 * closed before it costs anything but its socket, so that a flood of them takes no memory from the
 * calls that are under way; and so is every one while the node has next to no memory. Thread-safe.
 */
final class ConnectionLimit {
  private final int most;
  private final @Nullable SourceLimit sources;
  private final Overload overload;
  private final Counter tooMany;
  private final Counter tooManyOfOne;
  private final Counter noMemory;
  private final AtomicInteger open = new AtomicInteger();

  /**
   * @param sources null: all come from this machine
   * @param refused the counter of a reason
   */
  ConnectionLimit(
      int most,
      @Nullable SourceLimit sources,
      Overload overload,
      Function<String, Counter> refused) {
    this.most = most;
    this.sources = sources;
    this.overload = overload;
    this.tooMany = refused.apply("limit");
    this.tooManyOfOne = refused.apply("address");
    this.noMemory = refused.apply("memory");
  }

  /**
   * Counts {@code channel} until it is closed; false, and it is closed, when it is one too many.
   */
  boolean admit(Channel channel) {
    if (overload.refusing()) {
      overload.shed(Shed.CONNECTION);
      return refuse(channel, noMemory);
    }
    if (open.incrementAndGet() > most) {
      open.decrementAndGet();
      return refuse(channel, tooMany);
    }
    InetAddress source = Addresses.ip(channel.remoteAddress());
    if (sources != null && !sources.enter(source)) {
      open.decrementAndGet();
      return refuse(channel, tooManyOfOne);
    }
    channel
        .closeFuture()
        .addListener(
            closed -> {
              open.decrementAndGet();
              if (sources != null) {
                sources.leave(source);
              }
            });
    return true;
  }

  private static boolean refuse(Channel channel, Counter why) {
    why.increment();
    channel.close();
    return false;
  }
}
