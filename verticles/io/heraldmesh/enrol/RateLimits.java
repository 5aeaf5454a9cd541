package io.heraldmesh.enrol;

import io.heraldmesh.enrol.EnrolRefused.Reason;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Who may ask now. An address that asks too much uses up only its own share, not that of all.
 * Memory is bounded whatever addresses ask. Thread-safe.
 */
final class RateLimits {
  private final EnrolLimits limits;
  private final LongSupplier nanos;
  private final Map<String, Bucket> addresses;
  private final Bucket all;

  /**
   * @param nanos as {@link System#nanoTime}
   */
  RateLimits(EnrolLimits limits, LongSupplier nanos) {
    this.limits = limits;
    this.nanos = nanos;
    this.all = new Bucket(limits.burst(), limits.perSecond(), nanos.getAsLong());
    this.addresses =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > limits.addresses();
          }
        };
  }

  /**
   * Counts one request.
   *
   * @throws EnrolRefused with {@link Reason#TOO_MANY} when it is one too many
   */
  synchronized void take(InetAddress from) {
    long now = nanos.getAsLong();
    Bucket own =
        addresses.computeIfAbsent(
            network(from),
            none -> new Bucket(limits.addressBurst(), limits.addressPerSecond(), now));
    if (!own.take(now)) {
      throw new EnrolRefused(Reason.TOO_MANY, "too many requests from this address; wait a little");
    }
    if (!all.take(now)) {
      throw new EnrolRefused(Reason.TOO_MANY, "too many nodes enrol at once; wait a little");
    }
  }

  synchronized int remembered() {
    return addresses.size();
  }

  /** Whoever has one IPv6 address has all of its network's. */
  static String network(InetAddress address) {
    return address instanceof Inet6Address
        ? Arrays.toString(Arrays.copyOf(address.getAddress(), 8))
        : String.valueOf(address.getHostAddress());
  }

  private static final class Bucket {
    private final double most;
    private final double perNano;
    private double left;
    private long filled;

    Bucket(int burst, double perSecond, long now) {
      this.most = burst;
      this.perNano = perSecond / 1e9;
      this.left = burst;
      this.filled = now;
    }

    boolean take(long now) {
      left = Math.min(most, left + (now - filled) * perNano);
      filled = now;
      if (left < 1) {
        return false;
      }
      left--;
      return true;
    }
  }
}
