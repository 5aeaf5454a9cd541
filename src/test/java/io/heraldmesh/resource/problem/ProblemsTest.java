package io.heraldmesh.resource.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a script may rely on: the two printed forms and the codes. */
class ProblemsTest {
  private static final Position AT = new Position("a/b.yaml", 7, 3, "spec.rules[0]");

  @Test
  void theTextFormIsThatOfTheContract() {
    assertThat(new Problem(AT, ProblemCode.EMPTY, "must not be empty").text())
        .isEqualTo(
            "a/b.yaml:7:3: error HLD0110 spec.rules[0]: must not be empty; "
                + "give it a value, or remove it");
    assertThat(new Problem(Position.startOf("x"), ProblemCode.NO_RESOURCES, "m", "h").text())
        .isEqualTo("x:1:1: warning HLD0015: m; h");
  }

  @Test
  void theJsonFormIsThatOfTheContract() {
    assertThat(new Problems(List.of(new Problem(AT, ProblemCode.EMPTY, "say \"x\"", "h"))).json())
        .isEqualTo(
            "{\"problems\":[{\"file\":\"a/b.yaml\",\"line\":7,\"column\":3,\"level\":\"error\","
                + "\"code\":\"HLD0110\",\"field\":\"spec.rules[0]\",\"message\":\"say \\\"x\\\"\","
                + "\"hint\":\"h\"}]}");
  }

  @Test
  void everyCodeHasAnIdOfItsOwnAndARemedy() {
    List<ProblemCode> codes = Arrays.asList(ProblemCode.values());
    assertThat(codes).extracting(ProblemCode::id).doesNotHaveDuplicates();
    assertThat(codes).allMatch(c -> c.id().matches("HLD\\d{4}") && !c.remedy().isBlank());
  }

  @Test
  void problemsAreInTheOrderOfFilesAndLines() {
    ProblemCollector collector = new ProblemCollector();
    collector.add(new Position("b", 9, 1, ""), ProblemCode.EMPTY, "1");
    collector.add(new Position("a", 1, 1, ""), ProblemCode.EMPTY, "2");
    collector.add(new Position("b", 2, 5, ""), ProblemCode.EMPTY, "3");
    collector.add(new Position("b", 2, 1, ""), ProblemCode.EMPTY, "4");
    assertThat(collector.problems().all())
        .extracting(Problem::message)
        .containsExactly("4", "3", "1", "2");
  }

  @Test
  void aFloodOfProblemsIsCutOffAndSaysSo() {
    ProblemCollector collector = new ProblemCollector();
    for (int i = 0; i < 5000; i++) {
      collector.add(AT, ProblemCode.EMPTY, "m");
    }
    assertThat(collector.errors()).isEqualTo(5000);
    assertThat(collector.problems().all()).hasSize(ProblemCollector.LIMIT + 1);
    assertThat(collector.problems().all()).anyMatch(p -> p.code() == ProblemCode.TOO_MANY_PROBLEMS);
  }

  @Test
  void aFloodOfWarningsIsNoError() {
    ProblemCollector collector = new ProblemCollector();
    for (int i = 0; i < 5000; i++) {
      collector.add(AT, ProblemCode.TEXT_EXPECTED, "m");
    }
    assertThat(collector.problems().hasErrors()).isFalse();
  }

  @Test
  void anErrorBehindAFloodOfWarningsIsStillAnError() {
    ProblemCollector collector = new ProblemCollector();
    for (int i = 0; i < 5000; i++) {
      collector.add(AT, ProblemCode.TEXT_EXPECTED, "m");
    }
    collector.add(AT, ProblemCode.EMPTY, "the one that counts");
    assertThat(collector.problems().hasErrors()).isTrue();
  }

  @Test
  void userTextCannotPlayTricksOnATerminal() {
    assertThat(Shown.quoted("a\u001b[31m\u202e\n")).isEqualTo("\"a<U+001B>[31m<U+202E><U+000A>\"");
    assertThat(Shown.quoted("\u0430ction")).isEqualTo("\"\u0430ction\" (U+0430)");
    assertThat(Shown.quoted("x".repeat(500))).hasSizeLessThan(70);
    assertThat(Shown.step("a.b/c")).isEqualTo("[\"a.b/c\"]");
    assertThat(Shown.step("a\nb")).isEqualTo("[\"a<U+000A>b\"]");
    assertThat(Shown.step("app-1")).isEqualTo(".app-1");
  }
}
