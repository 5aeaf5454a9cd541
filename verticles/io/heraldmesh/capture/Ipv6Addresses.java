package io.heraldmesh.capture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * Whether others reach this machine, or are reached from it, over IPv6. Every interface has an
 * address of its link alone, which no name leads to.
 */
final class Ipv6Addresses {
  private static final Path IF_INET6 = Path.of("/proc/net/if_inet6");

  /**
   * Scopes of ::1 and of fe80::/10, in hexadecimal, as the kernel writes them ({@code
   * IPV6_ADDR_LOOPBACK}, {@code IPV6_ADDR_LINKLOCAL}).
   */
  private static final Set<String> NEAR = Set.of("10", "20");

  private Ipv6Addresses() {}

  /** Of this machine, or of the network namespace that this process is in. */
  static boolean beyondLink() {
    try {
      return beyondLink(Files.readString(IF_INET6));
    } catch (IOException e) {
      return false; // it knows no IPv6 at all
    }
  }

  /**
   * Whether one of the addresses has another scope than the host or a link.
   *
   * @param ifInet6 a line for each: address, interface, length of its prefix, scope, flags, name
   */
  static boolean beyondLink(String ifInet6) {
    return ifInet6
        .lines()
        .map(line -> line.strip().split("\\s+", -1))
        .anyMatch(words -> words.length > 3 && !NEAR.contains(words[3]));
  }
}
