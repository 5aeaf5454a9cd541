package io.heraldmesh.bus;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one server refuses, in the log: of each type and reason the first and each that doubles
 * their number, for whoever has any certificate may be refused as often as they like. Thread-safe.
 */
final class ToldRefusals {
  private static final Logger LOG = LoggerFactory.getLogger(ToldRefusals.class);

  private final ConcurrentHashMap<Kind, AtomicLong> counts = new ConcurrentHashMap<>();

  private record Kind(String type, String reason) {}

  /**
   * Counts one more.
   *
   * @param type one that is known here: each is kept
   * @param detail who was refused and why, for the log
   */
  void refused(String type, String reason, Object detail) {
    AtomicLong kind = counts.computeIfAbsent(new Kind(type, reason), none -> new AtomicLong());
    long count = kind.incrementAndGet();
    if (Long.bitCount(count) == 1) {
      LOG.warn("bus refused type={} reason={} count={} {}", type, reason, count, detail);
    }
  }
}
