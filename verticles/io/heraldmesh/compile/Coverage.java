package io.heraldmesh.compile;

import io.heraldmesh.resource.Attribute;
import io.heraldmesh.resource.AuthorizationPolicy;
import io.heraldmesh.resource.AuthorizationPolicy.Condition;
import io.heraldmesh.resource.AuthorizationPolicy.Operation;
import io.heraldmesh.resource.AuthorizationPolicy.Rule;
import io.heraldmesh.resource.AuthorizationPolicy.Source;
import io.heraldmesh.resource.AuthorizationPolicy.Values;
import io.heraldmesh.resource.problem.Located;
import java.util.List;
import java.util.function.Function;

/**
 * Whether one rule matches whatever another matches, as far as can be told from what is written:
 * true is certain, false may mean "not seen".
 */
final class Coverage {
  private static final List<Function<Source, Values>> SOURCE =
      List.of(
          Source::principals,
          Source::requestPrincipals,
          Source::namespaces,
          Source::trustDomains,
          Source::ipBlocks,
          Source::remoteIpBlocks);
  private static final List<Function<Operation, Values>> OPERATION =
      List.of(Operation::hosts, Operation::ports, Operation::methods, Operation::paths);

  private Coverage() {}

  /** True for a rule that asks for nothing. */
  static boolean isOpen(Rule rule) {
    return rule.from().isEmpty() && rule.to().isEmpty() && rule.when().isEmpty();
  }

  /** Whether {@code wide} of one policy matches whatever {@code narrow} of another matches. */
  static boolean covers(
      AuthorizationPolicy widePolicy, Rule wide, AuthorizationPolicy narrowPolicy, Rule narrow) {
    boolean sameNamespace =
        widePolicy.metadata().namespace().equals(narrowPolicy.metadata().namespace());
    return (!TcpChecks.usesHttp(wide) || TcpChecks.usesHttp(narrow))
        && each(narrow.from(), wide.from(), (n, w) -> source(w, n, sameNamespace))
        && each(narrow.to(), wide.to(), (n, w) -> operation(w, n))
        && wide.when().stream()
            .allMatch(w -> narrow.when().stream().anyMatch(n -> condition(w, n, sameNamespace)));
  }

  /** Whether each alternative of the narrow rule is within one of the wide rule's. */
  private static <T> boolean each(List<T> narrow, List<T> wide, Within<T> within) {
    return wide.isEmpty()
        || !narrow.isEmpty()
            && narrow.stream().allMatch(n -> wide.stream().anyMatch(w -> within.test(n, w)));
  }

  @FunctionalInterface
  private interface Within<T> {
    boolean test(T narrow, T wide);
  }

  private static boolean source(Source wide, Source narrow, boolean sameNamespace) {
    return SOURCE.stream().allMatch(f -> values(f.apply(wide), f.apply(narrow)))
        && accounts(wide.serviceAccounts(), narrow.serviceAccounts(), sameNamespace);
  }

  private static boolean operation(Operation wide, Operation narrow) {
    return OPERATION.stream().allMatch(f -> values(f.apply(wide), f.apply(narrow)));
  }

  private static boolean condition(Condition wide, Condition narrow, boolean sameNamespace) {
    return wide.attribute() == narrow.attribute()
        && wide.arguments().equals(narrow.arguments())
        && (wide.attribute() == Attribute.SOURCE_SERVICE_ACCOUNT
            ? accounts(wide.values(), narrow.values(), sameNamespace)
            : values(wide.values(), narrow.values()));
  }

  /** An account without a namespace is one of the policy's own. */
  private static boolean accounts(Values wide, Values narrow, boolean sameNamespace) {
    return wide.isEmpty() || sameNamespace && values(wide, narrow);
  }

  private static boolean values(Values wide, Values narrow) {
    boolean in = wide.in().isEmpty() || !narrow.in().isEmpty() && allWithin(narrow.in(), wide.in());
    return in && allWithin(wide.notIn(), narrow.notIn());
  }

  /** Whether each of the patterns is covered by one of the others. */
  static boolean allWithin(List<Located<String>> patterns, List<Located<String>> others) {
    return patterns.stream()
        .allMatch(p -> others.stream().anyMatch(o -> covers(o.value(), p.value())));
  }

  /** Whether the pattern {@code wide} matches every text that {@code narrow} matches. */
  static boolean covers(String wide, String narrow) {
    if (wide.equals(narrow) || wide.equals("*")) {
      return true;
    }
    if (wide.contains("{*") || narrow.contains("{*")) {
      return false;
    }
    if (wide.endsWith("*")) {
      String prefix = wide.substring(0, wide.length() - 1);
      return !prefix.contains("*") && !narrow.startsWith("*") && narrow.startsWith(prefix);
    }
    if (wide.startsWith("*")) {
      String suffix = wide.substring(1);
      return !suffix.contains("*") && !narrow.endsWith("*") && narrow.endsWith(suffix);
    }
    return false;
  }

  /** Whether some text may match both patterns; true when in doubt. */
  static boolean overlap(String a, String b) {
    if (a.contains("*") && b.contains("*")) {
      return true;
    }
    String pattern = a.contains("*") ? a : b;
    String text = a.contains("*") ? b : a;
    return covers(pattern, text) || isComplex(pattern);
  }

  /** A pattern that {@link #covers} does not look into. */
  private static boolean isComplex(String pattern) {
    return pattern.indexOf('*') != pattern.lastIndexOf('*')
        || pattern.contains("{*")
        || pattern.contains("*") && !pattern.startsWith("*") && !pattern.endsWith("*");
  }
}
