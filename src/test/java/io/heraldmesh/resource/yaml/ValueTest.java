package io.heraldmesh.resource.yaml;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.Problem;
import io.heraldmesh.resource.problem.ProblemCollector;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The decoder: a wrong value is reported at its place and reading goes on. */
class ValueTest {
  private final ProblemCollector problems = new ProblemCollector();

  private enum Colour {
    RED,
    GREEN
  }

  @Test
  void wellFormedFieldsAreRead() {
    List<Object> read =
        decode(
            "t: x\nn: 0x10\nb: True\nd: 1h30m\nc: GREEN\nl: [a, b]\nm: {k: v}\n",
            f ->
                List.of(
                    f.required("t").text().value(),
                    f.required("n").integer(1, 16, 0).value(),
                    f.required("b").bool(false),
                    f.required("d").duration(Duration.ZERO, Duration.ZERO),
                    f.required("c").oneOf(Colour.class, Colour.RED).value(),
                    f.required("l").texts().stream().map(Located::value).toList(),
                    f.required("m").textMap()));
    assertThat(read)
        .containsExactly(
            "x",
            16,
            true,
            Duration.ofMinutes(90),
            Colour.GREEN,
            List.of("a", "b"),
            Map.of("k", "v"));
    assertThat(found()).isEmpty();
  }

  @Test
  void absentOptionalFieldsHaveTheirDefaults() {
    List<Object> read =
        decode(
            "{}",
            f ->
                List.of(
                    f.optional("n").integer(1, 16, 7).value(),
                    f.optional("b").bool(true),
                    f.optional("d").duration(Duration.ZERO, Duration.ofSeconds(5)),
                    f.optional("c").oneOf(Colour.class, Colour.RED).value(),
                    f.optional("l").texts(),
                    f.optional("m").textMap(),
                    f.optional("o").decode(g -> g.optional("x").isPresent())));
    assertThat(read)
        .containsExactly(7, true, Duration.ofSeconds(5), Colour.RED, List.of(), Map.of(), false);
    assertThat(found()).isEmpty();
  }

  @Test
  void unknownFieldsAreReportedWithTheNameThatWasMeant() {
    decode(
        "nmae: x\nTEXT: y\nzzz: 1\n",
        f -> List.of(f.optional("name").isPresent(), f.optional("text").isPresent()));
    assertThat(problems.problems().all())
        .extracting(Problem::hint)
        .containsExactly(
            "did you mean name?", "did you mean text?", "remove it; known here: name, text");
  }

  @Test
  void aRequiredFieldIsMissedWhereItsMappingStands() {
    decode("a:\n  b: 1\n", f -> f.required("a").decode(g -> ignore(g, "b").required("c").text()));
    assertThat(found()).containsExactly("1 HLD0102 a.c");
  }

  @Test
  void whatIsMissingInsideSomethingWrongIsNotReportedAgain() {
    decode("a: 1\n", f -> f.required("a").decode(g -> g.required("c").text()));
    assertThat(found()).containsExactly("1 HLD0103 a");
  }

  @ParameterizedTest
  @CsvSource({
    "t, '[x]', HLD0103",
    "t, '{x: y}', HLD0103",
    "t, 'null', HLD0106",
    "n, x, HLD0103",
    "n, '\"5\"', HLD0103",
    "n, 0, HLD0105",
    "n, 17, HLD0105",
    "n, 99999999999999999999, HLD0105",
    "n, 1.0, HLD0103",
    "b, yes, HLD0103",
    "b, '\"true\"', HLD0103",
    "b, 1, HLD0103",
    "d, 5, HLD0113",
    "d, 1d, HLD0113",
    "d, '\"\"', HLD0113",
    "d, 0s, HLD0105",
    "c, green, HLD0104",
    "c, '\"\"', HLD0104",
    "c, 1, HLD0104",
    "l, a, HLD0103",
    "l, '{a: b}', HLD0103",
    "m, '[a]', HLD0103",
    "m, '{k: [v]}', HLD0103"
  })
  void aWrongTypeIsReported(String field, String written, String code) {
    decode(
        field + ": " + written + "\n",
        f -> {
          f.optional("t").text();
          f.optional("n").integer(1, 16, 1);
          f.optional("b").bool(false);
          f.optional("d").duration(Duration.ofMillis(1), Duration.ZERO);
          f.optional("c").oneOf(Colour.class, Colour.RED);
          f.optional("l").texts();
          f.optional("m").textMap();
          return List.of();
        });
    assertThat(found()).singleElement().satisfies(p -> assertThat(p).startsWith("1 " + code));
  }

  @Test
  void aQuotedNumberIsToldToLoseItsQuotes() {
    decode("n: \"5\"\n", f -> List.of(f.required("n").integer(1, 9, 1).value()));
    assertThat(problems.problems().all().getFirst().hint()).isEqualTo("write it without quotes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "true", "1.10", "0777"})
  void whatIsNoTextIsTakenAsWrittenWithAWarning(String written) {
    String read = decode("t: " + written + "\n", f -> f.required("t").text().value());
    assertThat(read).isEqualTo(written);
    assertThat(found()).containsExactly("1 HLD0108 t");
    assertThat(problems.errors()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"10s, 10000", "24h, 86400000", "250ms, 250", "1.5s, 1500", "1m30s, 90000", "0s, 0"})
  void durationsAreWrittenAsInGo(String written, long millis) {
    assertThat(Durations.parse(written)).contains(Duration.ofMillis(millis));
  }

  @Test
  void lenientValuesPassOverUnknownFieldsAndNulls() {
    String yaml = "a:\n  x: null\n  y: {z: 1}\n";
    String read =
        decode(yaml, f -> f.required("a").lenient().decode(g -> g.optional("x").text().value()));
    assertThat(read).isEmpty();
    assertThat(found()).isEmpty();
  }

  @Test
  void fieldsThatAreNotEnforcedAreErrorsAndThoseWithoutEffectWarnings() {
    decode(
        "a: 1\nb: 2\nc: 3\n",
        f -> {
          f.notEnforced("a", "x");
          f.withoutEffect("b", "y");
          f.ignore("c");
          return List.of();
        });
    assertThat(found()).containsExactly("1 HLD0107 a", "2 HLD0112 b");
    assertThat(problems.errors()).isEqualTo(1);
  }

  private static Fields ignore(Fields fields, String name) {
    fields.ignore(name);
    return fields;
  }

  private <T> T decode(String yaml, Function<Fields, T> decoder) {
    return new YamlReader(problems)
        .read("f", yaml.getBytes(UTF_8))
        .getFirst()
        .value(problems)
        .decode(decoder);
  }

  private List<String> found() {
    return problems.problems().all().stream()
        .map(p -> p.at().line() + " " + p.code().id() + " " + p.at().field())
        .toList();
  }
}
