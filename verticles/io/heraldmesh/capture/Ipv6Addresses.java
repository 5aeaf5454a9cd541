package io.heraldmesh.capture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether others reach this machine, or are reached from it, over IPv6. */
final class Ipv6Addresses {
  private static final Path IF_INET6 = Path.of("/proc/net/if_inet6");

  /** Scope of ::1, in hexadecimal, as the kernel writes it ({@code IPV6_ADDR_LOOPBACK}). */
  private static final String HOST = "10";

  private Ipv6Addresses() {}

  /** Of this machine, or of the network namespace that this process is in. */
  static boolean beyondLoopback() {
    try {
      return beyondLoopback(Files.readString(IF_INET6));
    } catch (IOException e) {
      return false; // it knows no IPv6 at all
    }
  }

  /**
   * Whether one of the addresses has another scope than the host.
   *
   * @param ifInet6 a line for each: address, interface, length of its prefix, scope, flags, name
   */
  static boolean beyondLoopback(String ifInet6) {
    return ifInet6
        .lines()
        .map(line -> line.strip().split("\\s+", -1))
        .anyMatch(words -> words.length > 3 && !words[3].equals(HOST));
  }
}
