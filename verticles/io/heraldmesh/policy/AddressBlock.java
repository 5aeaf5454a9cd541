package io.heraldmesh.policy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * A CIDR block, compiled. IPv4 and IPv6 blocks never match each other's addresses; an IPv4 address
 * mapped into IPv6 is the IPv4 address.
 */
public final class AddressBlock {
  private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

  private final byte[] network;
  private final int bits;

  private AddressBlock(byte[] network, int bits) {
    this.network = network;
    this.bits = bits;
  }

  /**
   * @param text an address, or an address, {@code /} and a prefix length
   * @throws IllegalArgumentException when it is not one; names are never resolved
   */
  public static AddressBlock parse(String text) {
    int slash = text.indexOf('/');
    String literal = slash < 0 ? text : text.substring(0, slash);
    byte[] address;
    try {
      address = address(literal).getAddress();
    } catch (IllegalArgumentException e) {
      throw notOne(text);
    }
    int width = address.length * 8;
    // "::ffff:10.0.0.0/104" is written in IPv6 bits, though the JDK already gave the IPv4 form
    int written = literal.indexOf(':') >= 0 ? 128 : 32;
    int bits = slash < 0 ? written : length(text, slash + 1);
    if (bits > written || bits < written - width) {
      throw notOne(text);
    }
    return new AddressBlock(address, bits - (written - width));
  }

  /**
   * An address as it is commonly written: no zone, no brackets, four numbers in IPv4.
   *
   * @throws IllegalArgumentException when {@code literal} is none; names are never resolved
   */
  public static InetAddress address(String literal) {
    boolean odd = literal.isEmpty() || literal.indexOf('%') >= 0 || literal.startsWith("[");
    if (odd || literal.indexOf(':') < 0 && dots(literal) != 3) {
      throw notOne(literal);
    }
    return InetAddress.ofLiteral(literal);
  }

  /** Whether {@link #address} takes it. */
  static boolean isAddress(String literal) {
    try {
      address(literal);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static int length(String text, int from) {
    int digits = text.length() - from;
    if (digits < 1 || digits > 3) {
      throw notOne(text);
    }
    int length = 0;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        throw notOne(text);
      }
      length = length * 10 + (c - '0');
    }
    return length;
  }

  private static long dots(String literal) {
    return literal.chars().filter(c -> c == '.').count();
  }

  private static IllegalArgumentException notOne(String text) {
    return new IllegalArgumentException(
        "\"" + text + "\" is neither an IP address nor a CIDR block");
  }

  /** The bytes to compare; 4 for IPv4, also when it is mapped into IPv6. */
  static byte[] bytes(InetAddress address) {
    byte[] raw = address.getAddress();
    boolean mapped =
        address instanceof Inet6Address
            && Arrays.equals(raw, 0, MAPPED.length, MAPPED, 0, MAPPED.length);
    return mapped ? Arrays.copyOfRange(raw, MAPPED.length, raw.length) : raw;
  }

  /** Begins the {@link AddressBits} of every address in the block, and of no other. */
  TextMatch.Prefix key() {
    return new TextMatch.Prefix(AddressBits.text(network, bits));
  }

  public boolean contains(InetAddress address) {
    return contains(bytes(address));
  }

  /**
   * @param address from {@link #bytes}
   */
  boolean contains(byte[] address) {
    if (address.length != network.length) {
      return false;
    }
    int whole = bits / 8;
    if (Arrays.mismatch(address, 0, whole, network, 0, whole) >= 0) {
      return false;
    }
    int rest = bits % 8;
    int mask = 0xff << (8 - rest);
    return rest == 0 || (address[whole] & mask) == (network[whole] & mask);
  }

  /** As it is written: address, {@code /}, bits. */
  @Override
  public String toString() {
    try {
      return InetAddress.getByAddress(network).getHostAddress() + "/" + bits;
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }
}
