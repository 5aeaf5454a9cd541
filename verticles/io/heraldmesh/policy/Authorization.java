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

  private final RuleSet custom;
  private final RuleSet deny;
  private final RuleSet allow;
  private final boolean restricted;
  private final Shadow[] shadows;
  private final int nearestAmong;

  /**
   * @param nearestAmong of how many ALLOW rules, in order, the nearest is found when none matched
   */
  Authorization(List<AuthorizationPolicy> policies, int nearestAmong) {
    List<AuthorizationPolicy> enforced = policies.stream().filter(p -> !p.dryRun()).toList();
    this.custom = RuleSet.of(having(enforced, Action.CUSTOM));
    this.deny = RuleSet.of(having(enforced, Action.DENY));
    this.allow = RuleSet.of(having(enforced, Action.ALLOW));
    this.restricted = !having(enforced, Action.ALLOW).isEmpty();
    this.shadows =
        policies.stream()
            .filter(p -> p.dryRun() || p.action() == Action.AUDIT)
            .map(p -> new Shadow(p, RuleSet.of(List.of(p))))
            .toArray(Shadow[]::new);
    this.nearestAmong = nearestAmong;
  }

  /** A policy that reports and never decides. */
  private record Shadow(AuthorizationPolicy policy, RuleSet rules) {}

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
    if (!restricted) {
      return new Verdict(true, OPEN);
    }
    facts.token(tokens.isEmpty() ? null : tokens.getFirst());
    Reason allowed = allow.match(facts);
    return allowed == null
        ? new Verdict(false, Reason.unmatched(allow.nearest(facts, nearestAmong)))
        : new Verdict(true, allowed);
  }

  /**
   * Why no request on the connection can be allowed, whatever it says; null when one could be.
   *
   * @param connection without a request
   */
  @Nullable Reason refusalOfAll(Facts connection) {
    Reason refused = custom.mustMatch(connection);
    if (refused == null) {
      refused = deny.mustMatch(connection);
    }
    if (refused != null || !restricted || allow.mayMatch(connection)) {
      return refused;
    }
    return Reason.unmatched(allow.nearest(connection, nearestAmong));
  }

  /** What AUDIT policies and policies in dry run say. */
  List<Decision.DryRun> report(Facts facts, List<VerifiedToken> tokens) {
    if (shadows.length == 0) {
      return List.of();
    }
    facts.token(tokens.isEmpty() ? null : tokens.getFirst());
    List<Decision.DryRun> results = new ArrayList<>(shadows.length);
    for (Shadow shadow : shadows) {
      AuthorizationPolicy policy = shadow.policy();
      Reason reason = shadow.rules().match(facts);
      int rule = reason == null ? -1 : reason.rule();
      results.add(new Decision.DryRun(policy.id(), rule, policy.action().name(), reason != null));
    }
    return List.copyOf(results);
  }

  private static @Nullable Reason refusal(RuleSet rules, Facts facts, List<VerifiedToken> tokens) {
    int last = Math.max(1, tokens.size());
    for (int i = 0; !rules.isEmpty() && i < last; i++) {
      facts.token(tokens.isEmpty() ? null : tokens.get(i));
      Reason reason = rules.match(facts);
      if (reason != null) {
        return reason;
      }
    }
    return null;
  }

  private static List<AuthorizationPolicy> having(
      List<AuthorizationPolicy> policies, Action action) {
    return policies.stream().filter(p -> p.action() == action).toList();
  }
}
