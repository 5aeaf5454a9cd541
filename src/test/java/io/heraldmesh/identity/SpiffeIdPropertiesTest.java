package io.heraldmesh.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** SPIFFE IDs against one regular expression of the standard's sentences. */
class SpiffeIdPropertiesTest {
  private static final Pattern STANDARD =
      Pattern.compile("spiffe://[a-z0-9._-]{1,255}(/(?!\\.{1,2}(/|$))[a-zA-Z0-9._-]+)*");

  @Property
  void anIdIsReadExactlyWhenItIsOneAndIsWrittenAsItWas(@ForAll("ids") String text) {
    if (STANDARD.matcher(text).matches()) {
      assertThat(SpiffeId.parse(text)).hasToString(text);
      assertThat(SpiffeId.parse(text).principal()).isEqualTo(text.substring(9));
    } else {
      assertThatExceptionOfType(InvalidIdentity.class).isThrownBy(() -> SpiffeId.parse(text));
    }
  }

  @Property
  void anyTextIsAnIdOrIsRefusedWithoutForgingALine(@ForAll String text) {
    try {
      assertThat(SpiffeId.parse("spiffe://" + text)).hasToString("spiffe://" + text);
    } catch (InvalidIdentity e) {
      assertThat(e.getMessage()).matches("[ -~]+");
    }
  }

  @Property
  void segmentsAreJoinedOnlyWhenEachIsOne(@ForAll("segments") List<String> segments) {
    TrustDomain domain = new TrustDomain("mesh.test");
    boolean good =
        segments.stream()
            .allMatch(s -> s.matches("[a-zA-Z0-9._-]+") && !s.equals(".") && !s.equals(".."));
    if (good) {
      assertThat(SpiffeId.ofSegments(domain, segments).path())
          .isEqualTo(segments.isEmpty() ? "" : "/" + String.join("/", segments));
    } else {
      assertThatExceptionOfType(InvalidIdentity.class)
          .isThrownBy(() -> SpiffeId.ofSegments(domain, segments));
    }
  }

  @Property
  void aPemBlockIsReadAsItWasWritten(@ForAll byte[] der) {
    if (der.length > 0) {
      List<Pem.Block> blocks = Pem.read(Pem.write("X", der), Pem.Text.REFUSED);
      assertThat(blocks).hasSize(1);
      assertThat(blocks.getFirst().der()).isEqualTo(der);
      assertThat(blocks.getFirst().label()).isEqualTo("X");
    }
  }

  @Property
  void anyTextIsPemOrIsRefused(@ForAll("pemish") String text) {
    try {
      Pem.read(text, Pem.Text.ALLOWED).forEach(b -> assertThat(b.der()).isNotEmpty());
    } catch (InvalidCertificate e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  @Provide
  Arbitrary<String> ids() {
    return Arbitraries.of(
            "spiffe",
            "://",
            "/",
            "a",
            "B",
            ".",
            "..",
            "-",
            "_",
            "%41",
            ":",
            "@",
            "?",
            "#",
            "mesh.test")
        .list()
        .ofMaxSize(9)
        .map(parts -> "spiffe://" + String.join("", parts));
  }

  @Provide
  Arbitrary<List<String>> segments() {
    return Arbitraries.of("a", "B.c", "", ".", "..", "/", "a/b", "%", "é", "x_y-z")
        .list()
        .ofMaxSize(4);
  }

  @Provide
  Arbitrary<String> pemish() {
    return Arbitraries.of(
            "-----BEGIN X-----",
            "-----END X-----",
            "-----END Y-----",
            "\n",
            "QUJD",
            "=",
            "x",
            " ",
            "--")
        .list()
        .ofMaxSize(9)
        .map(parts -> String.join("", parts));
  }
}
