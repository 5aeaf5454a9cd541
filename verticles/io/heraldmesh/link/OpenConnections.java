package io.heraldmesh.link;

import io.heraldmesh.identity.SpiffeId;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Counts what is open within {@link ConnectionBounds}. Thread-safe. */
final class OpenConnections {
  private static final int NETWORK = 8;
  private static final Pattern SCOPE = Pattern.compile("%.*");

  private final ConnectionBounds bounds;
  private final AtomicInteger all = new AtomicInteger();
  private final ConcurrentHashMap<String, Integer> ofClient = new ConcurrentHashMap<>();

  OpenConnections(ConnectionBounds bounds) {
    this.bounds = bounds;
  }

  /**
   * Counts one more until {@link #leave}, whatever comes of it.
   *
   * @param address without the port
   * @param proven who its certificate, which is good, says that it is; null: it shows none
   * @return why it is one too many; empty: it may stay
   */
  Optional<String> enter(String address, @Nullable SpiffeId proven) {
    int mine = ofClient.merge(client(address, proven), 1, Integer::sum);
    if (all.incrementAndGet() > bounds.most()) {
      return Optional.of(bounds.most() + " are open");
    }
    return proven == null ? refused(mine) : refused(mine, proven);
  }

  private Optional<String> refused(int ofAddress) {
    return ofAddress > bounds.mostUnproven()
        ? Optional.of(bounds.mostUnproven() + " without a certificate are open from this address")
        : Optional.empty();
  }

  /** Of workloads none stays: there is nothing that they may ask here. */
  private Optional<String> refused(int ofIdentity, SpiffeId proven) {
    if (proven.herald().isEmpty()) {
      return Optional.of(proven + " is none of Herald's own");
    }
    return ofIdentity > bounds.mostOfIdentity()
        ? Optional.of(bounds.mostOfIdentity() + " of " + proven + " are open")
        : Optional.empty();
  }

  /** The arguments are those of {@link #enter}. */
  void leave(String address, @Nullable SpiffeId proven) {
    all.decrementAndGet();
    ofClient.computeIfPresent(
        client(address, proven), (one, count) -> count == 1 ? null : count - 1);
  }

  private static String client(String address, @Nullable SpiffeId proven) {
    return proven == null ? network(address) : proven.toString();
  }

  /** Whoever has one IPv6 address has all of its network's. */
  private static String network(String address) {
    return InetAddress.ofLiteral(SCOPE.matcher(address).replaceFirst(""))
            instanceof Inet6Address six
        ? Arrays.toString(Arrays.copyOf(six.getAddress(), NETWORK))
        : address;
  }
}
