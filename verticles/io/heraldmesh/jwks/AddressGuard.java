package io.heraldmesh.jwks;

import java.net.InetAddress;
import java.util.List;
import java.util.function.Predicate;

/**
 * Which addresses a fetch may connect to. A policy may name any host, so the proxy must not become
 * a way to the cloud's metadata service or to what listens on its own loopback.
 */
final class AddressGuard {
  /** More addresses than this are not tried. */
  private static final int MOST = 4;

  private final boolean allowLoopback;
  private final Predicate<InetAddress> blocked;

  AddressGuard(Reach reach) {
    this.allowLoopback = reach.allowLoopback();
    this.blocked = reach.blocked();
  }

  /**
   * The addresses to connect to, one after the other. A name is refused when any of its addresses
   * is: which one a server of names puts first is the attacker's choice.
   */
  List<InetAddress> check(InetAddress[] resolved) throws FetchFailure {
    for (InetAddress address : resolved) {
      switch (AddressKind.of(address)) {
        case ORDINARY -> {}
        case LOOPBACK -> {
          if (!allowLoopback) {
            throw new FetchFailure("host resolves to a loopback address");
          }
        }
        case UNSPECIFIED, LINK_LOCAL, METADATA, MULTICAST ->
            throw new FetchFailure("host resolves to a link-local, metadata or multicast address");
      }
      if (AddressKind.meanings(address).stream().anyMatch(blocked)) {
        throw new FetchFailure("host resolves to an address that spec.jwks.blocked names");
      }
    }
    if (resolved.length == 0) {
      throw new FetchFailure("host has no address");
    }
    return List.of(resolved).subList(0, Math.min(MOST, resolved.length));
  }
}
