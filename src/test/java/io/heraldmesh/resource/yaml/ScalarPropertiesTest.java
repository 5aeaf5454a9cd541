package io.heraldmesh.resource.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heraldmesh.resource.problem.ProblemCollector;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** What is written in one way is read in the same way. */
class ScalarPropertiesTest {

  @Property
  void aDurationThatIsWrittenIsReadAgain(@ForAll @LongRange(max = 999_999_999_999L) long millis) {
    Duration duration = Duration.ofMillis(millis);
    assertThat(Durations.parse(Durations.text(duration))).contains(duration);
  }

  @Property
  void partsOfADurationAddUp(
      @ForAll @IntRange(max = 9999) int h,
      @ForAll @IntRange(max = 9999) int m,
      @ForAll @IntRange(max = 9999) int s,
      @ForAll @IntRange(max = 9999) int ms) {
    assertThat(Durations.parse(h + "h" + m + "m" + s + "s" + ms + "ms"))
        .contains(Duration.ofHours(h).plusMinutes(m).plusSeconds(s).plusMillis(ms));
  }

  @Property
  void anyTextIsADurationOrNone(@ForAll("durations") String text) {
    Durations.parse(text)
        .ifPresent(duration -> assertThat(duration).isGreaterThanOrEqualTo(Duration.ZERO));
  }

  @Property
  void jsonIsReadAsWhatItSays(@ForAll("printable") String text) throws JsonProcessingException {
    String json = new ObjectMapper().writeValueAsString(Map.of("k", List.of(text)));
    ProblemCollector problems = new ProblemCollector();
    List<YamlDocument> documents =
        new YamlReader(problems).read("f", json.getBytes(StandardCharsets.UTF_8));
    assertThat(problems.problems().hasErrors()).as(json).isFalse();
    YamlNode.Mapping root = (YamlNode.Mapping) documents.getFirst().root();
    YamlNode.Sequence list = (YamlNode.Sequence) root.entries().getFirst().value();
    assertThat(((YamlNode.Scalar) list.items().getFirst()).text()).isEqualTo(text);
  }

  @Provide
  Arbitrary<String> durations() {
    return Arbitraries.of("1", "0", "9999999999", ".", "5", "h", "m", "s", "ms", "-", " ")
        .list()
        .ofMaxSize(8)
        .map(parts -> String.join("", parts));
  }

  /** Tabs are left out: YAML in quotes folds white space around line ends only. */
  @Provide
  Arbitrary<String> printable() {
    return Arbitraries.strings()
        .withCharRange(' ', '~')
        .withCharRange('\u00a1', '\u024f')
        .withCharRange('\u4e00', '\u4eff')
        .ofMaxLength(30);
  }
}
