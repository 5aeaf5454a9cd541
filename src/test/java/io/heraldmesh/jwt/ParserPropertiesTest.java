package io.heraldmesh.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

/** What is read has one spelling, and what is taken off is gone. */
class ParserPropertiesTest {

  @Property
  void octetsHaveOneSpelling(@ForAll byte[] octets) {
    assertThat(Base64Url.decode(Base64Url.encode(octets))).isEqualTo(octets);
  }

  @Property
  void noOtherSpellingIsRead(@ForAll("base64ish") String text) {
    byte[] octets = Base64Url.decode(text);
    if (octets != null) {
      assertThat(Base64Url.encode(octets)).isEqualTo(text);
    }
  }

  @Property
  void aTokenThatIsReadIsExactlyItsThreeParts(@ForAll("tokens") String token) {
    CompactJws jws;
    try {
      jws = CompactJws.parse(token);
    } catch (RefusedToken e) {
      return;
    }
    assertThat(
            String.join(
                ".",
                Base64Url.encode(jws.header()),
                Base64Url.encode(jws.payload()),
                Base64Url.encode(jws.signature())))
        .isEqualTo(token);
    assertThat(token).startsWith(new String(jws.signingInput(), StandardCharsets.US_ASCII) + ".");
  }

  @Property
  void parametersAreFoundHoweverTheyAreSpelled(
      @ForAll @StringLength(max = 6) String name, @ForAll @Size(max = 4) List<String> values) {
    List<String> parts = new ArrayList<>(List.of("other=1"));
    values.forEach(value -> parts.add(encoded(name) + "=" + encoded(value)));
    String query = String.join("&", parts);
    List<String> expected = values.stream().map(ParserPropertiesTest::replaced).toList();
    if (!replaced(name).equals("other")) {
      assertThat(QueryString.values(query, replaced(name))).isEqualTo(expected);
    }
  }

  @Property
  void aParameterThatIsTakenOffIsGoneAndTheRestIsAsItWas(@ForAll("queries") String query) {
    String without = QueryString.without(query, Set.of("t", "a b"));
    assertThat(QueryString.values(without, "t")).isEmpty();
    assertThat(QueryString.values(without, "a b")).isEmpty();
    assertThat(QueryString.values(without, "u")).isEqualTo(QueryString.values(query, "u"));
    assertThat(QueryString.without(without, Set.of("t", "a b"))).isEqualTo(without);
  }

  @Provide
  Arbitrary<String> base64ish() {
    return Arbitraries.strings().withChars("AQgwZ9-_+/= .").ofMaxLength(12);
  }

  @Provide
  Arbitrary<String> tokens() {
    return Arbitraries.strings()
        .withChars("AQgwZ9-_")
        .ofMaxLength(8)
        .list()
        .ofMaxSize(4)
        .map(parts -> String.join(".", parts));
  }

  @Provide
  Arbitrary<String> queries() {
    return Arbitraries.of("t", "%74", "u", "a+b", "a%20b", "=", "1", "&", "&&", "%", "%zz", "T")
        .list()
        .ofMaxSize(12)
        .map(parts -> String.join("", parts));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** Lone surrogates cannot be encoded. */
  private static String replaced(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }
}
