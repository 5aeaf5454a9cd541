package io.heraldmesh.jwks;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/**
 * The IPv4 addresses that an IPv6 address carries for a translator or a tunnel: connecting to it
 * may mean connecting to them.
 *
 * <p>Mapped (RFC 4291), compatible (there, deprecated), SIIT (RFC 2765), NAT64 (RFC 6052, and RFC
 * 8215 for local prefixes), 6to4 (RFC 3056), ISATAP (RFC 5214), Teredo (RFC 4380).
 */
final class EmbeddedIpv4 {
  private static final int WORD = 2;

  /** Of a /64 with an interface ID of ISATAP, which may have the universal bit set. */
  private static final int ISATAP = 0x5efe;

  private static final int UNIVERSAL = 0x0200;

  private EmbeddedIpv4() {}

  /** None for an IPv4 address; several where the length of a prefix is its operator's choice. */
  static List<InetAddress> in(InetAddress address) {
    if (!(address instanceof Inet6Address)) {
      return List.of();
    }
    byte[] octets = address.getAddress();
    int first = word(octets, 0);
    int second = word(octets, 1);
    if (first == 0x2002) {
      return List.of(ipv4(octets, 2, 3, 4, 5));
    }
    if (first == 0x2001 && second == 0) {
      return List.of(ipv4(inverted(octets), 12, 13, 14, 15));
    }
    if (first == 0x64 && second == 0xff9b && word(octets, 2) == 1) {
      return localNat64(octets);
    }
    boolean isatap =
        (word(octets, 4) == 0 || word(octets, 4) == UNIVERSAL) && word(octets, 5) == ISATAP;
    boolean nat64 = first == 0x64 && second == 0xff9b && zero(octets, 2, 6);
    boolean mapped = zero(octets, 0, 5) && word(octets, 5) == 0xffff;
    boolean translated = zero(octets, 0, 4) && word(octets, 4) == 0xffff && word(octets, 5) == 0;
    boolean compatible = zero(octets, 0, 6) && !itself(address);
    return isatap || nat64 || mapped || translated || compatible
        ? List.of(ipv4(octets, 12, 13, 14, 15))
        : List.of();
  }

  /**
   * Within 64:ff9b:1::/48 a prefix of any length that RFC 6052 knows may be in use; octet 8 is none
   * of the address. Where a longer one is, the shorter ones' places mostly hold zeros.
   */
  private static List<InetAddress> localNat64(byte[] octets) {
    List<InetAddress> all = new ArrayList<>();
    all.add(ipv4(octets, 12, 13, 14, 15));
    for (InetAddress shorter :
        List.of(
            ipv4(octets, 9, 10, 11, 12), ipv4(octets, 7, 9, 10, 11), ipv4(octets, 6, 7, 9, 10))) {
      if (shorter.getAddress()[0] != 0) {
        all.add(shorter);
      }
    }
    return all.size() > 1 && octets[12] == 0 ? all.subList(1, all.size()) : all;
  }

  /** {@code ::} and {@code ::1} are addresses of their own. */
  private static boolean itself(InetAddress address) {
    return address.isLoopbackAddress() || address.isAnyLocalAddress();
  }

  private static int word(byte[] octets, int index) {
    return ((octets[WORD * index] & 0xff) << 8) | (octets[WORD * index + 1] & 0xff);
  }

  private static boolean zero(byte[] octets, int fromWord, int toWord) {
    for (int i = fromWord; i < toWord; i++) {
      if (word(octets, i) != 0) {
        return false;
      }
    }
    return true;
  }

  private static byte[] inverted(byte[] octets) {
    byte[] inverted = new byte[octets.length];
    for (int i = 0; i < octets.length; i++) {
      inverted[i] = (byte) ~octets[i];
    }
    return inverted;
  }

  private static InetAddress ipv4(byte[] octets, int a, int b, int c, int d) {
    try {
      return InetAddress.getByAddress(new byte[] {octets[a], octets[b], octets[c], octets[d]});
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four octets are an address", e);
    }
  }
}
