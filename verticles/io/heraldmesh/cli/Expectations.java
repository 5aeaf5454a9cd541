package io.heraldmesh.cli;

import io.heraldmesh.cli.PolicyTestResult.Difference;
import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Header;
import io.heraldmesh.policy.Nearest;
import io.heraldmesh.policy.Reason;
import io.heraldmesh.resource.PolicyTest.Expected;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Holds what a case expects against what was decided. */
final class Expectations {
  private Expectations() {}

  /** What is not as expected, in the order it is written. */
  static List<Difference> differences(List<Expected> expected, Decision decision) {
    List<Difference> differences = new ArrayList<>();
    for (Expected one : expected) {
      List<String> actual = actual(one, decision);
      String wanted = one.value().value();
      boolean met = wanted.isEmpty() ? actual.isEmpty() : actual.contains(wanted);
      if (!met) {
        differences.add(
            new Difference(
                one.value().at(),
                one.what().key() + (one.argument().isEmpty() ? "" : "[" + one.argument() + "]"),
                wanted.isEmpty() ? "none" : wanted,
                actual.isEmpty() ? "none" : String.join(", ", actual)));
      }
    }
    return differences;
  }

  /** The values that an expectation may name; none when there is nothing of that sort. */
  private static List<String> actual(Expected expected, Decision decision) {
    Reason reason = decision.reason();
    Nearest nearest = reason.nearest();
    return switch (expected.what()) {
      case DECISION -> List.of(ExplainedAnswer.word(decision));
      case STATUS -> List.of(Integer.toString(ExplainedAnswer.status(decision)));
      case BODY -> some(ExplainedAnswer.body(decision));
      case REASON -> List.of(reason.code());
      case POLICY -> some(reason.policy());
      case RULE -> reason.rule() < 0 ? List.of() : List.of(Integer.toString(reason.rule()));
      case FIELD -> reason.fields();
      case PATH -> some(ExplainedAnswer.path(decision));
      case PRINCIPAL -> some(decision.principal());
      case REQUEST_PRINCIPAL -> some(decision.requestPrincipal());
      case NEAREST_POLICY -> nearest == null ? List.of() : List.of(nearest.policy());
      case NEAREST_RULE -> nearest == null ? List.of() : List.of(Integer.toString(nearest.rule()));
      case NEAREST_FIELD -> nearest == null ? List.of() : nearest.fields();
      case HEADER -> values(ExplainedAnswer.headers(decision), expected.argument());
      case UPSTREAM_SET -> values(ExplainedAnswer.set(decision), expected.argument());
      case UPSTREAM_REMOVE -> sorted(ExplainedAnswer.remove(decision));
    };
  }

  private static List<String> some(@Nullable String text) {
    return text == null || text.isEmpty() ? List.of() : List.of(text);
  }

  private static List<String> values(List<Header> headers, String name) {
    return headers.stream()
        .filter(header -> header.name().equalsIgnoreCase(name))
        .map(Header::value)
        .toList();
  }

  private static List<String> sorted(Collection<String> names) {
    return names.stream().sorted().toList();
  }
}
