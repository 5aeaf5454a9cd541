package io.heraldmesh.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@link Operation} to checks, cheapest first. */
final class OperationChecks {
  private OperationChecks() {}

  static List<Check> of(Operation operation) {
    List<Check> checks = new ArrayList<>();
    if (!operation.ports().isAny()) {
      PortField ports = operation.ports();
      checks.add(new Check("ports", false, f -> ports.matches(f.connection.port())));
    }
    if (!operation.methods().isAny()) {
      FieldMatcher matcher = FieldMatcher.of(operation.methods());
      checks.add(new Check("methods", true, f -> matcher.matches(f.request().method())));
    }
    if (!operation.paths().isAny()) {
      FieldMatcher matcher = FieldMatcher.of(operation.paths());
      checks.add(new Check("paths", true, f -> matcher.matches(f.path())));
    }
    if (!operation.hosts().isAny()) {
      checks.add(hosts(operation.hosts()));
    }
    return checks;
  }

  private static Check hosts(TextField field) {
    FieldMatcher matcher =
        FieldMatcher.of(new TextField(folded(field.values()), folded(field.notValues())));
    return new Check(
        "hosts",
        true,
        f -> {
          Authority authority = f.authority();
          return authority.host().isEmpty()
              ? matcher.matches(null)
              : matcher.matchesEither(authority.host(), authority.full());
        });
  }

  /** Patterns in the form of {@link Authority}: lower case, no dot at the end of the host. */
  private static List<TextMatch> folded(List<TextMatch> patterns) {
    return patterns.stream().map(OperationChecks::folded).toList();
  }

  private static TextMatch folded(TextMatch pattern) {
    return switch (pattern) {
      case TextMatch.Exact(String text) -> new TextMatch.Exact(Authority.of(text).full());
      case TextMatch.Suffix(String text) -> new TextMatch.Suffix(Authority.of(text).full());
      case TextMatch.Prefix(String text) -> new TextMatch.Prefix(text.toLowerCase(Locale.ROOT));
      case TextMatch.Present present -> present;
      case TextMatch.Glob(String text) -> new TextMatch.Glob(text.toLowerCase(Locale.ROOT));
      case TextMatch.Template t ->
          throw new IllegalArgumentException("no template in hosts: " + t.text());
    };
  }
}
