package io.heraldmesh.compile;

import io.heraldmesh.resource.AuthorizationPolicy;
import io.heraldmesh.resource.AuthorizationPolicy.Action;
import io.heraldmesh.resource.AuthorizationPolicy.Rule;
import io.heraldmesh.resource.problem.Position;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rules that make no difference: another of the policy covers them, or nothing can match them. */
final class RuleChecks {
  /** Above this, rules are compared only with those that match everything. */
  private static final int COMPARED = 128;

  private final MeshScope scope;
  private final ProblemCollector found;

  RuleChecks(MeshScope scope, ProblemCollector found) {
    this.scope = scope;
    this.found = found;
  }

  void check() {
    scope.of(AuthorizationPolicy.class).forEach(this::check);
  }

  private void check(AuthorizationPolicy policy) {
    List<Rule> rules = policy.rules();
    int dead = 0;
    for (int i = 0; i < rules.size(); i++) {
      Contradictions.Found contradiction = Contradictions.of(rules.get(i));
      if (contradiction != null) {
        dead++;
        found.add(
            contradiction.at(),
            ProblemCode.CONTRADICTION,
            "rule " + i + " of " + policy.describe() + " " + contradiction.why());
        continue;
      }
      Integer other = covering(policy, i);
      if (other != null) {
        covered(policy, i, other);
      }
    }
    if (!rules.isEmpty() && dead == rules.size() && policy.action().value() == Action.ALLOW) {
      found.add(
          policy.metadata().at(),
          ProblemCode.NOBODY_ALLOWED,
          "no rule of " + policy.describe() + " can match, so that it denies everything",
          "correct the rules; to deny everything on purpose write spec: {}");
    }
  }

  private void covered(AuthorizationPolicy policy, int rule, int other) {
    Position at = policy.rules().get(rule).at();
    String name = "rule " + rule + " of " + policy.describe();
    found.add(
        at,
        ProblemCode.UNREACHABLE_RULE,
        Coverage.isOpen(policy.rules().get(other))
            ? name + " makes no difference: rule " + other + " matches every request"
            : name + " makes no difference: rule " + other + " matches whatever it matches");
  }

  /** The index of a rule that covers this one; of two that are equal the first counts. */
  private static @Nullable Integer covering(AuthorizationPolicy policy, int index) {
    List<Rule> rules = policy.rules();
    Rule rule = rules.get(index);
    for (int i = 0; i < rules.size(); i++) {
      Rule other = rules.get(i);
      boolean comparable = rules.size() <= COMPARED || Coverage.isOpen(other);
      if (i != index
          && comparable
          && Coverage.covers(policy, other, policy, rule)
          && (i < index || !Coverage.covers(policy, rule, policy, other))) {
        return i;
      }
    }
    return null;
  }
}
