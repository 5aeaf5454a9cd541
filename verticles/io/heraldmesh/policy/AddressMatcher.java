package io.heraldmesh.policy;

import java.net.InetAddress;
import java.util.List;

/** An {@link AddressField}, compiled. */
final class AddressMatcher {
  private final AddressBlock[] values;
  private final AddressBlock[] notValues;

  AddressMatcher(AddressField field) {
    values = compile(field.values());
    notValues = compile(field.notValues());
  }

  boolean matches(InetAddress address) {
    byte[] bytes = AddressBlock.bytes(address);
    return (values.length == 0 || any(values, bytes)) && !any(notValues, bytes);
  }

  private static AddressBlock[] compile(List<String> texts) {
    return texts.stream().map(AddressBlock::parse).toArray(AddressBlock[]::new);
  }

  private static boolean any(AddressBlock[] blocks, byte[] address) {
    for (AddressBlock block : blocks) {
      if (block.contains(address)) {
        return true;
      }
    }
    return false;
  }
}
