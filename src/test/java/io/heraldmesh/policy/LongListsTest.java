package io.heraldmesh.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

/** A long list in one field matches what its members do, each tried alone. */
class LongListsTest {

  @Property(tries = 1000)
  void aTextMatchesWhenAnyOfManyPatternsDoes(
      @ForAll @Size(min = 1, max = 30)
          List<@CharRange(from = 'a', to = 'b') @StringLength(min = 1, max = 6) String> texts,
      @ForAll @IntRange(max = 2) int kind,
      @ForAll @CharRange(from = 'a', to = 'b') @StringLength(max = 8) String value) {
    List<TextMatch> patterns = new ArrayList<>();
    for (String text : texts) {
      patterns.add(TextMatch.of((kind == 1 ? "*" : "") + text + (kind == 0 ? "*" : "")));
    }
    boolean any = patterns.stream().anyMatch(p -> TextMatcher.of(List.of(p)).matches(value));
    assertThat(TextMatcher.of(patterns).matches(value)).isEqualTo(any);
  }

  @Property(tries = 1000)
  void anAddressIsInAnyOfManyBlocks(
      @ForAll @Size(min = 1, max = 30) List<@IntRange(max = 255) Integer> lastBytes,
      @ForAll @IntRange(min = 24, max = 32) int bits,
      @ForAll @IntRange(max = 255) int address) {
    List<String> blocks = lastBytes.stream().map(b -> "10.0.0." + b + "/" + bits).toList();
    InetAddress ip = InetAddress.ofLiteral("10.0." + (address % 2) + "." + address);
    boolean any =
        blocks.stream().anyMatch(b -> AddressBlock.parse(b).contains(AddressBlock.bytes(ip)));
    AddressField in = new AddressField(blocks, List.of());
    AddressField notIn = new AddressField(List.of(), blocks);
    assertThat(new AddressMatcher(in).matches(ip)).isEqualTo(any);
    assertThat(new AddressMatcher(notIn).matches(ip)).isEqualTo(!any);
  }
}
