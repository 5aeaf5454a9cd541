package io.heraldmesh.store;

import java.time.Instant;
import java.util.regex.Pattern;

/**
 * Where a node may be reached, besides the address that it is attached from.
 *
 * @param address an IP address, a CIDR block or a DNS name
 * @param registeredBy the identity of whoever registered it
 */
public record RegisteredAddress(
    String node, String address, String registeredBy, Instant registeredAt) {
  private static final Pattern ADDRESS = Pattern.compile("[!-~]{1,256}");

  public RegisteredAddress {
    Words.name("node", node);
    requireAddress(address);
    Words.text("registeredBy", registeredBy);
  }

  static void requireAddress(String address) {
    if (!ADDRESS.matcher(address).matches()) {
      throw new IllegalArgumentException(Words.text("address", address) + " is no address");
    }
  }
}
