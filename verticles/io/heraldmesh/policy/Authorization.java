package io.heraldmesh.policy;

import io.heraldmesh.jwt.VerifiedToken;
import io.heraldmesh.policy.AuthorizationPolicy.Action;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All AuthorizationPolicies of a workload, compiled. All are used together; none has precedence
 * over another of its action.
 *
 * <p>Order (Istio, "AuthorizationPolicy"): CUSTOM, then DENY; with no ALLOW policy everything else
 * passes, with any, what none of them matches is denied. AUDIT and dry run only report.
 */
final class Authorization {
  private static final Reason OPEN = new Reason(Reason.ALLOWED, "no ALLOW policy restricts it");

  private final PolicyMatcher[] custom;
  private final PolicyMatcher[] deny;
  private final PolicyMatcher[] allow;
  private final PolicyMatcher[] reporting;

  Authorization(List<AuthorizationPolicy> policies) {
    custom = enforced(policies, Action.CUSTOM);
    deny = enforced(policies, Action.DENY);
    allow = enforced(policies, Action.ALLOW);
    reporting =
        policies.stream()
            .filter(p -> p.dryRun() || p.action() == Action.AUDIT)
            .map(PolicyMatcher::new)
            .toArray(PolicyMatcher[]::new);
  }

  /** Whether it may pass, and why. */
  record Verdict(boolean allowed, Reason reason) {}

  /**
   * @param tokens verified; what refuses looks at every one of them, what permits only at the
   *     first, so that a second token never opens or hides anything
   */
  Verdict decide(Facts facts, List<VerifiedToken> tokens) {
    Reason refused = refusal(custom, facts, tokens);
    if (refused == null) {
      refused = refusal(deny, facts, tokens);
    }
    if (refused != null) {
      return new Verdict(false, refused);
    }
    if (allow.length == 0) {
      return new Verdict(true, OPEN);
    }
    facts.token(tokens.isEmpty() ? null : tokens.getFirst());
    for (PolicyMatcher policy : allow) {
      int rule = policy.match(facts);
      if (rule >= 0) {
        return new Verdict(true, policy.reason(rule));
      }
    }
    return new Verdict(false, new Reason(Reason.NO_ALLOW_MATCHED, misses(facts)));
  }

  /** What AUDIT policies and policies in dry run say. */
  List<Decision.DryRun> report(Facts facts, List<VerifiedToken> tokens) {
    if (reporting.length == 0) {
      return List.of();
    }
    facts.token(tokens.isEmpty() ? null : tokens.getFirst());
    List<Decision.DryRun> results = new ArrayList<>(reporting.length);
    for (PolicyMatcher matcher : reporting) {
      AuthorizationPolicy policy = matcher.policy();
      int rule = matcher.match(facts);
      results.add(new Decision.DryRun(policy.id(), rule, policy.action().name(), rule >= 0));
    }
    return List.copyOf(results);
  }

  private static @Nullable Reason refusal(
      PolicyMatcher[] policies, Facts facts, List<VerifiedToken> tokens) {
    int last = Math.max(1, tokens.size());
    for (int i = 0; policies.length > 0 && i < last; i++) {
      facts.token(tokens.isEmpty() ? null : tokens.get(i));
      for (PolicyMatcher policy : policies) {
        int rule = policy.match(facts);
        if (rule >= 0) {
          return policy.reason(rule);
        }
      }
    }
    return null;
  }

  private String misses(Facts facts) {
    StringBuilder text = new StringBuilder("no rule of an ALLOW policy matched: ");
    for (int i = 0; i < allow.length && i < 4; i++) {
      text.append(i == 0 ? "" : "; ").append(allow[i].misses(facts));
    }
    return allow.length > 4 ? text.append("; …").toString() : text.toString();
  }

  private static PolicyMatcher[] enforced(List<AuthorizationPolicy> policies, Action action) {
    return policies.stream()
        .filter(p -> !p.dryRun() && p.action() == action)
        .map(PolicyMatcher::new)
        .toArray(PolicyMatcher[]::new);
  }
}
