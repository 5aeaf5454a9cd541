package io.heraldmesh.policy;

import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** {@link Operation} to checks, cheapest first. */
final class OperationChecks {
  private OperationChecks() {}

  static List<Check> of(Operation operation) {
    CheckList checks = new CheckList();
    checks.ports("ports", "notPorts", operation.ports());
    checks.text(
        "methods",
        "notMethods",
        true,
        operation.methods(),
        half -> {
          FieldMatcher matcher = FieldMatcher.of(half);
          return f -> matcher.matches(f.request().method());
        });
    checks.text(
        "paths",
        "notPaths",
        true,
        operation.paths(),
        half -> {
          FieldMatcher matcher = FieldMatcher.of(half);
          return f -> matcher.matches(f.path());
        });
    checks.text("hosts", "notHosts", true, operation.hosts(), OperationChecks::hosts);
    return checks.checks();
  }

  private static Predicate<Facts> hosts(TextField half) {
    FieldMatcher matcher =
        FieldMatcher.of(new TextField(folded(half.values()), folded(half.notValues())));
    return f -> {
      Authority authority = f.authority();
      return authority.host().isEmpty()
          ? matcher.matches(null)
          : matcher.matchesEither(authority.host(), authority.full());
    };
  }

  /** Patterns in the form of {@link Authority}: lower case, no dot at the end of the host. */
  static List<TextMatch> folded(List<TextMatch> patterns) {
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
