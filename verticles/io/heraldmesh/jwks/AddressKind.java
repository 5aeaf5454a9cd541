package io.heraldmesh.jwks;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Set;

/**
 * What an address is besides an ordinary one. Nobody from outside may have the proxy connect to
 * what is reachable from this machine only. IPv4 addresses inside IPv6 ones (mapped, compatible,
 * 6to4, NAT64) count as themselves.
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

  public static AddressKind of(InetAddress address) {
    InetAddress meant = unwrap(address);
    byte[] octets = meant.getAddress();
    if (meant.isLoopbackAddress()) {
      return LOOPBACK;
    }
    if (meant.isAnyLocalAddress() || octets.length == 4 && octets[0] == 0) {
      return UNSPECIFIED;
    }
    if (meant.isLinkLocalAddress()) {
      return LINK_LOCAL;
    }
    if (meant.isMulticastAddress() || meant.getHostAddress().equals("255.255.255.255")) {
      return MULTICAST;
    }
    return METADATA_SERVICES.contains(meant.getHostAddress()) ? METADATA : ORDINARY;
  }

  /**
   * The IPv4 address inside a 6to4 (2002::/16), NAT64 (64:ff9b::/96) or IPv4-compatible (::/96)
   * address; Java itself unwraps mapped ones.
   */
  static InetAddress unwrap(InetAddress address) {
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
