package io.heraldmesh.policy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rules of policies that are asked together, in order: the first that matches decides. */
final class RuleSet {
  private final CompiledRule[] rules;

  private RuleSet(CompiledRule[] rules) {
    this.rules = rules;
  }

  static RuleSet of(List<AuthorizationPolicy> policies) {
    List<CompiledRule> rules = new ArrayList<>();
    for (AuthorizationPolicy policy : policies) {
      for (int i = 0; i < policy.rules().size(); i++) {
        rules.add(new CompiledRule(policy, i));
      }
    }
    return new RuleSet(rules.toArray(CompiledRule[]::new));
  }

  boolean isEmpty() {
    return rules.length == 0;
  }

  /** Why the first rule that matches decides; null when none does. */
  @Nullable Reason match(Facts facts) {
    for (CompiledRule rule : rules) {
      Reason reason = rule.match(facts);
      if (reason != null) {
        return reason;
      }
    }
    return null;
  }

  /**
   * The rule that missed least, when none matched; null without rules.
   *
   * @param among how many rules, in order, are looked at; a miss by one field ends the search
   */
  @Nullable Nearest nearest(Facts facts, int among) {
    CompiledRule best = null;
    int fewest = Integer.MAX_VALUE;
    for (int i = 0; i < rules.length && i < among && fewest > 1; i++) {
      int missing = rules[i].missing(facts);
      if (missing < fewest) {
        best = rules[i];
        fewest = missing;
      }
    }
    return best == null ? null : best.nearest(facts);
  }
}
