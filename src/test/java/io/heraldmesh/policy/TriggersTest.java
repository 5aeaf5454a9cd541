package io.heraldmesh.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On which paths a token is asked for: triggerRules of the v1alpha1 API. */
class TriggersTest {

  @Test
  void withoutRulesEveryPathAsks() {
    assertThat(new Triggers(List.of()).matches("/any")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "exact:/health, /health, false",
    "exact:/health, /health/, true",
    "exact:/health, /Health, true",
    "exact:/health, /healthy, true",
    "prefix:/status/, /status/version, false",
    "prefix:/status/, /status/, false",
    "prefix:/status/, /status, true",
    "prefix:/status, /statusx, false",
    "prefix:/status, /STATUS, true",
    "suffix:.css, /a/b.css, false",
    "suffix:.css, /a/b.CSS, true",
    "suffix:.css, /a/b.css/, true",
    "regex:/pets/(.*?)?, /pets/, false",
    "regex:/pets/(.*?)?, /pets/7/toys, false",
    "regex:/pets/(.*?)?, /x/pets/7, true",
    "regex:^/a$, /a, false",
    "regex:^/a$, /ab, true",
    "regex:/a, /a/b, true",
    "regex:a, /a, true",
    "regex:/v[0-9]+, /v12, false",
    "regex:/v[0-9]+, /V12, true",
  })
  void anExcludedPathDoesNotAsk(String excluded, String path, boolean asks) {
    assertThat(triggers(rule(excluded, "")).matches(path)).isEqualTo(asks);
    assertThat(triggers(rule("", excluded)).matches(path)).as("included").isEqualTo(!asks);
  }

  @ParameterizedTest
  @CsvSource({
    "/status/version, false",
    "/status/x, true",
    "/other, false",
    "/status/, true",
  })
  void whatIsExcludedIsExcludedFromWhatIsIncluded(String path, boolean asks) {
    assertThat(triggers(rule("exact:/status/version", "prefix:/status/")).matches(path))
        .isEqualTo(asks);
  }

  @ParameterizedTest
  @CsvSource({"/a, true", "/b, true", "/c, true", "/d, true"})
  void oneRuleThatMatchesIsEnough(String path, boolean asks) {
    // the trap: written as two rules, the exclusion of /b excludes nothing that the other includes
    Triggers two = triggers(rule("exact:/b", ""), rule("", "exact:/b"));
    assertThat(two.matches(path)).isEqualTo(asks);
  }

  @Test
  void anyPathOfAListCounts() {
    Triggers triggers = triggers(rule("exact:/a,prefix:/b/", "prefix:/,suffix:x"));
    assertThat(Stream.of("/a", "/b/1", "/c", "/a/", "/b").filter(triggers::matches))
        .containsExactly("/c", "/a/", "/b");
  }

  @Test
  @Timeout(20)
  void aRegularExpressionThatWouldExplodeElsewhereIsMatchedInLinearTime() {
    Triggers triggers = triggers(rule("", "regex:/(a+)+b"));
    long since = System.nanoTime();
    assertThat(triggers.matches("/" + "a".repeat(8000))).isFalse();
    assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void whatIsNoRegularExpressionIsNoPathMatch() {
    assertThatThrownBy(() -> new PathMatch.Regex("/a("))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Triggers triggers(TriggerRule... rules) {
    return new Triggers(List.of(rules));
  }

  /** Lists such as {@code exact:/a,prefix:/b}. */
  static TriggerRule rule(String excluded, String included) {
    return new TriggerRule(paths(excluded), paths(included));
  }

  private static List<PathMatch> paths(String list) {
    return Stream.of(list.split(",", -1))
        .filter(p -> !p.isEmpty())
        .map(TriggersTest::path)
        .toList();
  }

  private static PathMatch path(String written) {
    String text = written.substring(written.indexOf(':') + 1);
    return switch (written.substring(0, written.indexOf(':'))) {
      case "exact" -> new PathMatch.Exact(text);
      case "prefix" -> new PathMatch.Prefix(text);
      case "suffix" -> new PathMatch.Suffix(text);
      default -> new PathMatch.Regex(text);
    };
  }
}
