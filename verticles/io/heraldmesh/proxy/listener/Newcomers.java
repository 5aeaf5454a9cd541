package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.overload.Overload;
import io.heraldmesh.proxy.overload.Shed;
import io.netty.channel.Channel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The connections to a node's workloads that have not said yet, or not proven, who they are. Each
 * may cost a TLS handshake, and anybody can make them. There are so many and no more: one that
 * comes then takes the place of the one that has waited longest, if that has had its second, and is
 * closed otherwise. Thread-safe.
 */
public final class Newcomers {
  private final int most;
  private final Overload overload;
  private final Map<Channel, Long> waiting = new LinkedHashMap<>();

  public Newcomers(int most, Overload overload) {
    this.most = most;
    this.overload = overload;
  }

  /** False, and it is closed, when there are too many. */
  boolean admit(Channel channel) {
    long now = System.nanoTime();
    Channel oldest = null;
    boolean room;
    synchronized (this) {
      room = waiting.size() < most;
      if (!room) {
        oldest = takeOldest(now);
        room = oldest != null;
      }
      if (room) {
        waiting.put(channel, now);
      }
    }
    if (oldest != null) {
      close(oldest);
    }
    if (room) {
      channel.closeFuture().addListener(closed -> known(channel));
    } else {
      close(channel);
    }
    return room;
  }

  private void close(Channel channel) {
    overload.shed(Shed.NEWCOMER);
    channel.close();
  }

  /** It is known who or what {@code channel} is. */
  synchronized void known(Channel channel) {
    waiting.remove(channel);
  }

  synchronized int size() {
    return waiting.size();
  }

  private @Nullable Channel takeOldest(long now) {
    Map.Entry<Channel, Long> first = waiting.entrySet().iterator().next();
    if (now - first.getValue() < TimeUnit.MILLISECONDS.toNanos(Overload.PATIENCE_MILLIS)) {
      return null;
    }
    Channel oldest = first.getKey();
    waiting.remove(oldest);
    return oldest;
  }
}
