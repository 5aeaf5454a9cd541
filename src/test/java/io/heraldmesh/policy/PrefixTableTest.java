package io.heraldmesh.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class PrefixTableTest {

  @Property(tries = 2000)
  void allThatBeginATextAreFoundTheLongestFirst(
      @ForAll @Size(max = 12)
          Set<@CharRange(from = 'a', to = 'c') @StringLength(max = 5) String> texts,
      @ForAll @CharRange(from = 'a', to = 'c') @StringLength(max = 7) String text) {
    PrefixTable table = new PrefixTable(texts);
    List<Integer> found = new ArrayList<>();
    for (int i = table.longest(text); i >= 0; i = table.shorter(i)) {
      found.add(i);
    }
    assertThat(found)
        .isEqualTo(
            texts.stream()
                .filter(text::startsWith)
                .sorted((one, other) -> other.length() - one.length())
                .map(table::indexOf)
                .toList());
  }

  @Property(tries = 1000)
  void aBlockIsAPrefixOfItsAddressesAndOfNoOthers(
      @ForAll @Size(4) byte[] network,
      @ForAll @IntRange(max = 32) int bits,
      @ForAll @Size(4) byte[] other)
      throws Exception {
    String block = InetAddress.getByAddress(network).getHostAddress() + "/" + bits;
    String key = AddressBlock.parse(block).key().text();
    for (byte[] address : List.of(other, network, mixed(network, other, bits))) {
      assertThat(AddressBits.of(InetAddress.getByAddress(address)).startsWith(key))
          .isEqualTo(AddressBlock.parse(block).contains(address));
    }
  }

  @Test
  void anAddressMappedIntoIpv6IsTheIpv4Address() {
    String mapped = AddressBits.of(InetAddress.ofLiteral("::ffff:10.0.0.1"));
    assertThat(mapped).isEqualTo(AddressBits.of(InetAddress.ofLiteral("10.0.0.1"))).hasSize(33);
    assertThat(AddressBlock.parse("::ffff:10.0.0.0/104").key())
        .isEqualTo(AddressBlock.parse("10.0.0.0/8").key());
    assertThat(AddressBlock.parse("::/0").key()).isEqualTo(new TextMatch.Prefix("6"));
  }

  @Test
  void aTextBackwardsKeepsItsChars() {
    assertThat(PrefixTable.reversed("abc")).isEqualTo("cba");
    assertThat(PrefixTable.reversed("")).isEmpty();
  }

  private static byte[] mixed(byte[] first, byte[] second, int bits) {
    byte[] mixed = new byte[4];
    for (int i = 0; i < 32; i++) {
      byte[] from = i < bits ? first : second;
      mixed[i / 8] |= (byte) (from[i / 8] & 1 << (7 - i % 8));
    }
    return mixed;
  }
}
