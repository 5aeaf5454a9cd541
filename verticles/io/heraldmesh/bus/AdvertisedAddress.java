package io.heraldmesh.bus;

import io.heraldmesh.policy.AddressBlock;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where an operator lets a node be reached: an IP address, a CIDR block or a DNS name. A name is
 * never looked up: it stands for itself and for no address. Immutable; equal when written the same.
 */
public final class AdvertisedAddress {
  private static final String LABEL = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?";

  /** The last label is no number, or resolvers would take the name for an IPv4 address. */
  private static final Pattern NAME =
      Pattern.compile("(" + LABEL + "\\.)*(?![0-9]+$|0x[0-9a-f]*$)" + LABEL);

  private static final int LONGEST_NAME = 253;

  private final String text;
  private final @Nullable AddressBlock block;

  private AdvertisedAddress(String text, @Nullable AddressBlock block) {
    this.text = text;
    this.block = block;
  }

  /**
   * @throws IllegalArgumentException when {@code text} is none of the three; the message says so
   */
  public static AdvertisedAddress parse(String text) {
    String name = name(text);
    if (name.length() <= LONGEST_NAME && NAME.matcher(name).matches()) {
      return new AdvertisedAddress(name, null);
    }
    String lower = text.toLowerCase(Locale.ROOT);
    try {
      return new AdvertisedAddress(lower, AddressBlock.parse(lower));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no IP address, CIDR block or DNS name", e);
    }
  }

  /** Whether {@code host}, an IP address or a name as a node announces it, is reached by this. */
  public boolean covers(String host) {
    AddressBlock its = block;
    return its == null ? text.equals(name(host)) : literal(host).filter(its::contains).isPresent();
  }

  /**
   * The address that {@code host} is, an IPv4 address mapped into IPv6 as the IPv4 one; empty for a
   * name, which is not looked up.
   */
  public static Optional<InetAddress> literal(String host) {
    try {
      return Optional.of(AddressBlock.address(host));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static String name(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AdvertisedAddress its && text.equals(its.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** As it was written, in lower case. */
  @Override
  public String toString() {
    return text;
  }
}
