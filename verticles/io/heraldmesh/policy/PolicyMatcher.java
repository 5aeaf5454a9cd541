package io.heraldmesh.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An {@link AuthorizationPolicy}, compiled for HTTP and for TCP. */
final class PolicyMatcher {
  private final AuthorizationPolicy policy;
  private final RuleMatcher[] http;
  private final @Nullable RuleMatcher[] tcp;
  private final Reason[] reasons;

  PolicyMatcher(AuthorizationPolicy policy) {
    this.policy = policy;
    List<Rule> rules = policy.rules();
    boolean narrow = policy.action() == AuthorizationPolicy.Action.ALLOW;
    http = rules.stream().map(RuleMatcher::ofHttp).toArray(RuleMatcher[]::new);
    tcp = rules.stream().map(r -> RuleMatcher.ofTcp(r, narrow)).toArray(RuleMatcher[]::new);
    reasons = new Reason[rules.size()];
    for (int i = 0; i < reasons.length; i++) {
      reasons[i] = reason(policy, i);
    }
  }

  AuthorizationPolicy policy() {
    return policy;
  }

  /** Index of the first rule that matches, −1 when none does. */
  int match(Facts facts) {
    @Nullable RuleMatcher[] rules = facts.isTcp() ? tcp : http;
    for (int i = 0; i < rules.length; i++) {
      RuleMatcher rule = rules[i];
      if (rule != null && rule.matches(facts)) {
        return i;
      }
    }
    return -1;
  }

  /** Why the policy decided, when {@link #match} gave {@code rule}. */
  Reason reason(int rule) {
    return reasons[rule];
  }

  /** For each rule, the field that kept it from matching. */
  String misses(Facts facts) {
    if (http.length == 0) {
      return policy.id() + " has no rules";
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < http.length && i < 4; i++) {
      RuleMatcher rule = facts.isTcp() ? tcp[i] : http[i];
      String field = rule == null ? "HTTP field on TCP" : rule.misses(facts);
      text.append(i == 0 ? "" : ", ").append(policy.id()).append(" rule ").append(i);
      text.append(" misses at ").append(field);
    }
    return http.length > 4 ? text.append(", …").toString() : text.toString();
  }

  private static Reason reason(AuthorizationPolicy policy, int rule) {
    String code =
        switch (policy.action()) {
          case ALLOW -> Reason.ALLOW_MATCHED;
          case DENY, AUDIT -> Reason.DENY_MATCHED;
          case CUSTOM -> Reason.CUSTOM_PROVIDER_MISSING;
        };
    String detail =
        switch (policy.action()) {
          case ALLOW, DENY, AUDIT ->
              policy.action() + " policy " + policy.id() + " matched with rule " + rule;
          case CUSTOM ->
              "CUSTOM policy "
                  + policy.id()
                  + " matched with rule "
                  + rule
                  + ", but its provider \""
                  + policy.provider()
                  + "\" cannot be asked";
        };
    return new Reason(code, detail, policy.id(), rule);
  }
}
