package io.heraldmesh.policy;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An {@link AddressField}, compiled. */
final class AddressMatcher {
  private final Blocks values;
  private final Blocks notValues;

  AddressMatcher(AddressField field) {
    values = new Blocks(field.values());
    notValues = new Blocks(field.notValues());
  }

  boolean matches(InetAddress address) {
    return (values.isEmpty() || values.contain(address)) && !notValues.contain(address);
  }

  /** A list of blocks; long ones, as of banned addresses, are not tried one by one. */
  private static final class Blocks {
    private static final int FEW = 8;

    private final AddressBlock[] few;
    private final @Nullable PrefixTable many;

    Blocks(List<String> texts) {
      List<AddressBlock> blocks = texts.stream().map(AddressBlock::parse).toList();
      boolean isLong = blocks.size() > FEW;
      few = isLong ? new AddressBlock[0] : blocks.toArray(AddressBlock[]::new);
      many = isLong ? new PrefixTable(blocks.stream().map(b -> b.key().text()).toList()) : null;
    }

    boolean isEmpty() {
      return few.length == 0 && many == null;
    }

    boolean contain(InetAddress address) {
      if (many != null) {
        return many.longest(AddressBits.of(address)) >= 0;
      }
      byte[] bytes = few.length == 0 ? new byte[0] : AddressBlock.bytes(address);
      for (AddressBlock block : few) {
        if (block.contains(bytes)) {
          return true;
        }
      }
      return false;
    }
  }
}
