package io.heraldmesh.policy;

import java.util.List;

/**
 * A pair such as {@code ipBlocks} and {@code notIpBlocks}; reads as {@link TextField}.
 *
 * @param values IP addresses or CIDR blocks, IPv4 or IPv6
 */
public record AddressField(List<String> values, List<String> notValues) {

  /** Asks for nothing. */
  public static final AddressField ANY = new AddressField(List.of(), List.of());

  /**
   * @throws IllegalArgumentException when a value is neither an address nor a block
   */
  public AddressField {
    values = List.copyOf(values);
    notValues = List.copyOf(notValues);
    values.forEach(AddressBlock::parse);
    notValues.forEach(AddressBlock::parse);
  }

  /** True when it asks for nothing. */
  public boolean isAny() {
    return values.isEmpty() && notValues.isEmpty();
  }
}
