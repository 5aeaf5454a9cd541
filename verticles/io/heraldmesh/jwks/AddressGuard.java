package io.heraldmesh.jwks;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which addresses a fetch may connect to. A policy may name any host, so the proxy must not become
 * a way to the cloud's metadata service or to what listens on its own loopback.
 */
final class AddressGuard {
  /** Metadata services outside the link-local range: AWS over IPv6, Alibaba, Oracle, Azure. */
  private static final Set<String> METADATA =
      Set.of("fd00:ec2:0:0:0:0:0:254", "100.100.100.200", "192.0.0.192", "168.63.129.16");

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
      InetAddress meant = unwrap(address);
      if (meant.isLoopbackAddress() && !allowLoopback) {
        throw new FetchFailure("host resolves to a loopback address");
      }
      if (meant.isLinkLocalAddress()
          || meant.isAnyLocalAddress()
          || meant.isMulticastAddress()
          || METADATA.contains(meant.getHostAddress())) {
        throw new FetchFailure("host resolves to a link-local, metadata or multicast address");
      }
      if (blocked.test(meant) || blocked.test(address)) {
        throw new FetchFailure("host resolves to an address that spec.jwks.blocked names");
      }
    }
    if (resolved.length == 0) {
      throw new FetchFailure("host has no address");
    }
    return List.of(resolved).subList(0, Math.min(MOST, resolved.length));
  }

  /**
   * The IPv4 address inside a 6to4 (2002::/16), NAT64 (64:ff9b::/96) or IPv4-compatible (::/96)
   * address.
   */
  private static InetAddress unwrap(InetAddress address) {
    if (!(address instanceof Inet6Address)) {
      return address;
    }
    byte[] octets = address.getAddress();
    if (octets[0] == 0x20 && octets[1] == 0x02) {
      return ipv4(octets, 2);
    }
    boolean nat64 =
        octets[0] == 0 && octets[1] == 0x64 && octets[2] == (byte) 0xff && octets[3] == (byte) 0x9b;
    for (int i = nat64 ? 4 : 0; i < 12; i++) {
      if (octets[i] != 0) {
        return address;
      }
    }
    if (address.isLoopbackAddress() || address.isAnyLocalAddress()) {
      return address;
    }
    return ipv4(octets, 12);
  }

  private static InetAddress ipv4(byte[] octets, int from) {
    try {
      return InetAddress.getByAddress(Arrays.copyOfRange(octets, from, from + 4));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four octets are an address", e);
    }
  }
}
