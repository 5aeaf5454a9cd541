package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.overload.Overload;
import io.heraldmesh.proxy.overload.Shed;
import io.netty.channel.Channel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a node's clients have sent of request heads that have not ended. Nearly every head comes
 * whole, so those that do not may take little together: beyond it the one that began first makes
 * room, if it has had a second, and otherwise the one that wants more is given up. Thread-safe.
 */
public final class UnfinishedHeads {
  private final long most;
  private final Overload overload;
  private final Map<Channel, Head> held = new LinkedHashMap<>();
  private long total;

  private record Head(long since, int size) {}

  /**
   * @param most octets of memory in all
   */
  public UnfinishedHeads(long most, Overload overload) {
    this.most = most;
    this.overload = overload;
  }

  /**
   * The head that {@code channel} reads takes {@code size} octets so far.
   *
   * @return false when it must be given up; then nothing is held for it
   */
  boolean hold(Channel channel, int size) {
    Channel oldest = null;
    boolean room;
    synchronized (this) {
      long now = System.nanoTime();
      Head before = held.get(channel);
      int more = before == null ? size : size - before.size;
      room = total + more <= most;
      if (!room) {
        oldest = takeOldest(channel, now);
        room = total + more <= most;
      }
      if (room) {
        held.put(channel, new Head(before == null ? now : before.since, size));
        total += more;
      } else if (before != null) {
        held.remove(channel);
        total -= before.size;
      }
    }
    if (oldest != null) {
      overload.shed(Shed.HEAD);
      Channel first = oldest;
      first.eventLoop().execute(() -> Ends.cut(first)); // whatever else runs on it
    }
    if (!room) {
      overload.shed(Shed.HEAD);
    }
    return room;
  }

  /** The head of {@code channel} has ended, or its connection has. */
  synchronized void done(Channel channel) {
    Head ended = held.remove(channel);
    if (ended != null) {
      total -= ended.size;
    }
  }

  synchronized long total() {
    return total;
  }

  private @Nullable Channel takeOldest(Channel but, long now) {
    for (Map.Entry<Channel, Head> one : held.entrySet()) {
      if (now - one.getValue().since < TimeUnit.MILLISECONDS.toNanos(Overload.PATIENCE_MILLIS)) {
        return null;
      }
      Channel oldest = one.getKey();
      if (!oldest.equals(but)) {
        done(oldest);
        return oldest;
      }
    }
    return null;
  }
}
