package io.heraldmesh.jwks;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What an address is besides an ordinary one. Nobody from outside may have the proxy connect to
 * what is reachable from this machine only. IPv4 addresses inside IPv6 ones count as themselves.
 */
public enum AddressKind {
  ORDINARY("ordinary"),
  LOOPBACK("loopback"),
  /** 0.0.0.0/8 and ::, which the system takes for this machine. */
  UNSPECIFIED("unspecified"),
  LINK_LOCAL("link-local"),
  /** Where clouds hand out credentials, outside the link-local range. */
  METADATA("cloud metadata"),
  /** Multicast, and IPv4's broadcast address. */
  MULTICAST("multicast");

  /** AWS over IPv6, for machines and for pods, Google over IPv6, Alibaba, Oracle, Azure. */
  private static final Set<String> METADATA_SERVICES =
      Set.of(
          "fd00:ec2:0:0:0:0:0:254",
          "fd00:ec2:0:0:0:0:0:23",
          "fd20:ce:0:0:0:0:0:254",
          "100.100.100.200",
          "192.0.0.192",
          "168.63.129.16");

  private final String words;

  AddressKind(String words) {
    this.words = words;
  }

  /** For sentences: "a link-local address". */
  public String words() {
    return words;
  }

  /** The worst of what connecting to {@code address} may mean. */
  public static AddressKind of(InetAddress address) {
    for (InetAddress meant : meanings(address)) {
      AddressKind kind = ofItself(meant);
      if (kind != ORDINARY) {
        return kind;
      }
    }
    return ORDINARY;
  }

  /**
   * What connecting to {@code address} may mean: the address itself, which is the first, and every
   * IPv4 address that it carries.
   */
  public static List<InetAddress> meanings(InetAddress address) {
    List<InetAddress> all = new ArrayList<>();
    all.add(address);
    all.addAll(EmbeddedIpv4.in(address));
    return List.copyOf(all);
  }

  private static AddressKind ofItself(InetAddress address) {
    byte[] octets = address.getAddress();
    if (address.isLoopbackAddress()) {
      return LOOPBACK;
    }
    if (address.isAnyLocalAddress() || octets.length == 4 && octets[0] == 0) {
      return UNSPECIFIED;
    }
    if (address.isLinkLocalAddress()) {
      return LINK_LOCAL;
    }
    if (address.isMulticastAddress() || address.getHostAddress().equals("255.255.255.255")) {
      return MULTICAST;
    }
    return METADATA_SERVICES.contains(address.getHostAddress()) ? METADATA : ORDINARY;
  }
}
