package io.heraldmesh.policy;

import com.google.re2j.Pattern;
import java.util.List;
import java.util.function.Predicate;

/**
 * The {@code triggerRules} of one origin, compiled. Rules are OR-ed; without any, every path asks
 * for the token.
 *
 * <p>Source: Istio 1.4, authentication/v1alpha1 policy.proto and the authentication filter.
 */
final class Triggers {
  private final List<Predicate<String>> rules;

  Triggers(List<TriggerRule> rules) {
    this.rules = rules.stream().map(Triggers::rule).toList();
  }

  /**
   * @param path normalized, without the query
   */
  boolean matches(String path) {
    return rules.isEmpty() || rules.stream().anyMatch(rule -> rule.test(path));
  }

  private static Predicate<String> rule(TriggerRule rule) {
    Predicate<String> excluded = any(rule.excluded());
    Predicate<String> included = any(rule.included());
    boolean all = rule.included().isEmpty();
    return path -> !excluded.test(path) && (all || included.test(path));
  }

  private static Predicate<String> any(List<PathMatch> matches) {
    List<Predicate<String>> compiled = matches.stream().map(Triggers::match).toList();
    return path -> compiled.stream().anyMatch(match -> match.test(path));
  }

  private static Predicate<String> match(PathMatch match) {
    return switch (match) {
      case PathMatch.Exact(String text) -> text::equals;
      case PathMatch.Prefix(String text) -> path -> path.startsWith(text);
      case PathMatch.Suffix(String text) -> path -> path.endsWith(text);
      case PathMatch.Regex(String text) -> {
        Pattern pattern = PathMatch.Regex.compile(text);
        yield pattern::matches;
      }
    };
  }
}
