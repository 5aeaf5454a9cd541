package io.heraldmesh.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Each matcher against a slower one that is plainly right. */
class MatcherPropertiesTest {
  private static final String SEGMENT = "[A-Za-z0-9\\-._~%!$&'()+,;:@=]";

  @Property
  void aStarStandsForAnyCharacters(@ForAll("globs") String pattern, @ForAll("words") String text) {
    assertThat(new Glob(pattern).matches(text)).isEqualTo(slowly(pattern, text));
  }

  @Property
  void aPatternIsReadAsItIsWritten(@ForAll("globs") String pattern) {
    assertThat(TextMatch.of(pattern).pattern()).isEqualTo(pattern);
    assertThat(TextMatch.ofNamespace(pattern).pattern()).isEqualTo(pattern);
  }

  @Property
  void aListMatchesWhenOneOfItDoes(
      @ForAll @Size(max = 5) List<@net.jqwik.api.From("patterns") String> patterns,
      @ForAll("words") String text) {
    boolean any = patterns.stream().anyMatch(p -> plainly(p, text));
    TextMatcher matcher =
        TextMatcher.of(patterns.stream().map(TextMatch::of).collect(Collectors.toList()));
    assertThat(matcher.matches(text)).isEqualTo(any);
  }

  @Property
  void aBlockHoldsTheAddressesThatShareItsBits(
      @ForAll @Size(4) byte[] network,
      @ForAll @IntRange(max = 32) int bits,
      @ForAll @Size(4) byte[] other,
      @ForAll boolean near)
      throws Exception {
    holds(network, bits, near ? neighbour(network, other) : other);
  }

  @Property
  void aBlockOfLongAddressesDoesToo(
      @ForAll @Size(16) byte[] network,
      @ForAll @IntRange(max = 128) int bits,
      @ForAll @Size(16) byte[] other,
      @ForAll boolean near)
      throws Exception {
    network[0] |= 0x20; // not an IPv4 address that is mapped
    other[0] |= 0x20;
    holds(network, bits, near ? neighbour(network, other) : other);
  }

  @Property
  void aTemplateMatchesWhatItsExpressionDoes(
      @ForAll("templates") String template, @ForAll("paths") String path) {
    String expression =
        template
            .replace(".", "\\.")
            .replace("{**}", "(" + SEGMENT + "|/)*")
            .replace("{*}", SEGMENT + "+");
    assertThat(PathTemplate.parse(template).matches(path)).isEqualTo(path.matches(expression));
  }

  @Property
  void anAuthorityIsFoldedOnce(@ForAll("authorities") String text) {
    if (Authority.isLegal(text)) {
      Authority folded = Authority.of(text);
      assertThat(Authority.of(folded.full())).isEqualTo(folded);
      assertThat(Authority.isLegal(folded.full())).isTrue();
      assertThat(folded.full()).startsWith(folded.host());
    }
  }

  @Provide
  Arbitrary<String> globs() {
    return Arbitraries.strings().withChars("ab*").ofMaxLength(8);
  }

  @Provide
  Arbitrary<String> patterns() {
    Arbitrary<String> text = Arbitraries.strings().withChars("ab").ofMaxLength(3);
    return Combinators.combine(text, Arbitraries.of("%s", "%s*", "*%s"))
        .as((word, form) -> form.formatted(word))
        .filter(p -> !p.equals("**"));
  }

  @Provide
  Arbitrary<String> words() {
    return Arbitraries.strings().withChars("ab").ofMaxLength(10);
  }

  @Provide
  Arbitrary<String> templates() {
    Arbitrary<List<String>> segments =
        Arbitraries.of("a", "b", "a.b", "{*}").list().ofMinSize(1).ofMaxSize(4);
    return Combinators.combine(segments, Arbitraries.of("", "/{**}", "/{**}/b", "/"))
        .as((list, tail) -> "/" + String.join("/", list) + tail);
  }

  @Provide
  Arbitrary<String> paths() {
    return Arbitraries.of("a", "b", "a.b", "axb", "", "%2f", "\"", "{*}")
        .list()
        .ofMinSize(1)
        .ofMaxSize(6)
        .map(list -> "/" + String.join("/", list));
  }

  @Provide
  Arbitrary<String> authorities() {
    return Arbitraries.strings().withChars("aB1.-:[]@ _%/").ofMaxLength(12);
  }

  private static boolean slowly(String pattern, String text) {
    if (pattern.isEmpty()) {
      return text.isEmpty();
    }
    if (pattern.charAt(0) == '*') {
      return slowly(pattern.substring(1), text)
          || !text.isEmpty() && slowly(pattern, text.substring(1));
    }
    return !text.isEmpty()
        && text.charAt(0) == pattern.charAt(0)
        && slowly(pattern.substring(1), text.substring(1));
  }

  private static boolean plainly(String pattern, String text) {
    if (pattern.equals("*")) {
      return !text.isEmpty();
    }
    if (pattern.startsWith("*")) {
      return text.endsWith(pattern.substring(1));
    }
    return pattern.endsWith("*")
        ? text.startsWith(pattern.substring(0, pattern.length() - 1))
        : text.equals(pattern);
  }

  private static void holds(byte[] network, int bits, byte[] address) throws Exception {
    String block = InetAddress.getByAddress(network).getHostAddress() + "/" + bits;
    int rest = network.length * 8 - bits;
    boolean same =
        new BigInteger(1, network)
            .shiftRight(rest)
            .equals(new BigInteger(1, address).shiftRight(rest));
    assertThat(
            AddressBlock.parse(block)
                .contains(AddressBlock.bytes(InetAddress.getByAddress(address))))
        .as(block)
        .isEqualTo(same);
  }

  /** The same address but for the bits after one that {@code where} chooses. */
  private static byte[] neighbour(byte[] address, byte[] where) {
    byte[] copy = address.clone();
    int at = (where[0] & 0xff) % copy.length;
    copy[at] ^= (byte) (1 << (where[1] & 7));
    return copy;
  }
}
