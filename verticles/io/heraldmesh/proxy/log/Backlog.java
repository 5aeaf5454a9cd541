package io.heraldmesh.proxy.log;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Entries that wait to be written, bounded in number and in memory: clients choose how long they
 * are, and a collector may stand still for long. Thread-safe.
 */
final class Backlog {
  private static final int MOST = 8192;

  /** Of an entry, besides what it says. */
  private static final int BARE = 300;

  private final BlockingQueue<AccessEntry> entries = new ArrayBlockingQueue<>(MOST);
  private final AtomicLong octets = new AtomicLong();
  private final long mostOctets;

  /**
   * @param mostOctets of all entries together
   */
  Backlog(long mostOctets) {
    this.mostOctets = mostOctets;
  }

  /** False when there is no room. */
  boolean offer(AccessEntry entry) {
    int weight = weight(entry);
    if (octets.addAndGet(weight) <= mostOctets && entries.offer(entry)) {
      return true;
    }
    octets.addAndGet(-weight);
    return false;
  }

  /** The oldest; null when there is none. */
  @Nullable AccessEntry poll() {
    AccessEntry entry = entries.poll();
    if (entry != null) {
      octets.addAndGet(-weight(entry));
    }
    return entry;
  }

  /** What many entries share, such as who was called, weighs nothing. */
  private static int weight(AccessEntry entry) {
    return BARE
        + length(entry.authority())
        + length(entry.method())
        + length(entry.path())
        + length(entry.reason().detail())
        + length(entry.requestPrincipal())
        + length(entry.requestId())
        + length(entry.source())
        + length(entry.upstream())
        + length(entry.userAgent());
  }

  private static int length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }
}
