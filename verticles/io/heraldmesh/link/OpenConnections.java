package io.heraldmesh.link;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/** Counts what is open within {@link ConnectionBounds}. Thread-safe. */
final class OpenConnections {
  private static final int NETWORK = 8;
  private static final Pattern SCOPE = Pattern.compile("%.*");

  private final ConnectionBounds bounds;
  private final AtomicInteger all = new AtomicInteger();
  private final ConcurrentHashMap<String, Integer> unproven = new ConcurrentHashMap<>();

  OpenConnections(ConnectionBounds bounds) {
    this.bounds = bounds;
  }

  /**
   * Counts one more until {@link #leave}, whatever comes of it.
   *
   * @param address without the port
   * @param proven it shows a certificate that is good
   * @return why it is one too many; empty: it may stay
   */
  Optional<String> enter(String address, boolean proven) {
    int ofAddress = proven ? 0 : unproven.merge(network(address), 1, Integer::sum);
    if (all.incrementAndGet() > bounds.most()) {
      return Optional.of(bounds.most() + " are open");
    }
    return ofAddress > bounds.mostUnproven()
        ? Optional.of(bounds.mostUnproven() + " without a certificate are open from this address")
        : Optional.empty();
  }

  /** The arguments are those of {@link #enter}. */
  void leave(String address, boolean proven) {
    all.decrementAndGet();
    if (!proven) {
      unproven.computeIfPresent(network(address), (one, count) -> count == 1 ? null : count - 1);
    }
  }

  /** Whoever has one IPv6 address has all of its network's. */
  private static String network(String address) {
    return InetAddress.ofLiteral(SCOPE.matcher(address).replaceFirst(""))
            instanceof Inet6Address six
        ? Arrays.toString(Arrays.copyOf(six.getAddress(), NETWORK))
        : address;
  }
}
