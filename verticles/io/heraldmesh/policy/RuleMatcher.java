package io.heraldmesh.policy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A {@link Rule}, compiled: arrays of checks. */
final class RuleMatcher {
  private final Check[][] from;
  private final Check[][] to;
  private final Check[] when;

  private RuleMatcher(Check[][] from, Check[][] to, Check[] when) {
    this.from = from;
    this.to = to;
    this.when = when;
  }

  static RuleMatcher ofHttp(Rule rule) {
    return new RuleMatcher(from(rule, false), to(rule, false), when(rule, false));
  }

  /**
   * The rule as it holds for TCP connections, which lack every HTTP attribute.
   *
   * @param narrow true for ALLOW: a rule with an HTTP-only field never matches, so null; false for
   *     the others: such a field is left out and the rest still matches. Both refuse more.
   */
  static @Nullable RuleMatcher ofTcp(Rule rule, boolean narrow) {
    if (narrow && ofHttp(rule).httpOnly()) {
      return null;
    }
    return new RuleMatcher(from(rule, true), to(rule, true), when(rule, true));
  }

  boolean matches(Facts facts) {
    return any(to, facts) && any(from, facts) && all(when, facts);
  }

  /** The first field that keeps the rule from matching; for explanations, not for deciding. */
  @Nullable String misses(Facts facts) {
    String field = missesAny(from, facts);
    if (field == null) {
      field = missesAny(to, facts);
    }
    return field == null ? missed(when, facts) : field;
  }

  private boolean httpOnly() {
    return httpOnly(from) || httpOnly(to) || httpOnly(new Check[][] {when});
  }

  private static boolean httpOnly(Check[][] groups) {
    for (Check[] group : groups) {
      for (Check check : group) {
        if (check.httpOnly()) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean any(Check[][] groups, Facts facts) {
    for (Check[] group : groups) {
      if (all(group, facts)) {
        return true;
      }
    }
    return groups.length == 0;
  }

  private static boolean all(Check[] checks, Facts facts) {
    for (Check check : checks) {
      if (!check.passes(facts)) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable String missesAny(Check[][] groups, Facts facts) {
    return any(groups, facts) ? null : missed(groups[0], facts);
  }

  private static @Nullable String missed(Check[] checks, Facts facts) {
    for (Check check : checks) {
      if (!check.passes(facts)) {
        return check.field();
      }
    }
    return null;
  }

  private static Check[][] from(Rule rule, boolean tcp) {
    return rule.from().stream().map(s -> array(SourceChecks.of(s), tcp)).toArray(Check[][]::new);
  }

  private static Check[][] to(Rule rule, boolean tcp) {
    return rule.to().stream().map(o -> array(OperationChecks.of(o), tcp)).toArray(Check[][]::new);
  }

  private static Check[] when(Rule rule, boolean tcp) {
    return array(rule.when().stream().map(ConditionChecks::of).toList(), tcp);
  }

  private static Check[] array(List<Check> checks, boolean tcp) {
    List<Check> kept = new ArrayList<>(checks);
    kept.removeIf(check -> tcp && check.httpOnly());
    return kept.toArray(Check[]::new);
  }
}
