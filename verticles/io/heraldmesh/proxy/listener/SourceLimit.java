package io.heraldmesh.proxy.listener;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many connections may be open from one address; from one /64 network of IPv6, which is what a
 * single machine commonly has to choose from. Thread-safe.
 */
final class SourceLimit {
  private static final int NETWORK = 8;

  private final int most;
  private final ConcurrentHashMap<InetAddress, Integer> open = new ConcurrentHashMap<>();

  SourceLimit(int most) {
    this.most = most;
  }

  /** Counts one more until {@link #leave}; false when that would be one too many. */
  boolean enter(InetAddress address) {
    InetAddress source = source(address);
    if (open.merge(source, 1, Integer::sum) <= most) {
      return true;
    }
    leave(source);
    return false;
  }

  void leave(InetAddress address) {
    open.computeIfPresent(source(address), (one, count) -> count == 1 ? null : count - 1);
  }

  /** How many addresses have any. */
  int sources() {
    return open.size();
  }

  private static InetAddress source(InetAddress address) {
    if (!(address instanceof Inet6Address)) {
      return address;
    }
    byte[] octets = address.getAddress();
    Arrays.fill(octets, NETWORK, octets.length, (byte) 0);
    try {
      return InetAddress.getByAddress(octets);
    } catch (java.net.UnknownHostException e) {
      throw new IllegalStateException(e); // only for a wrong number of octets
    }
  }
}
