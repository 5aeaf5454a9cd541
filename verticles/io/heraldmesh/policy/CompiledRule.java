package io.heraldmesh.policy;

import org.jspecify.annotations.Nullable;

/** A rule of an {@link AuthorizationPolicy}, compiled for HTTP and for TCP. */
final class CompiledRule {
  /** Of rules with more alternatives than this, reasons are made anew each time. */
  private static final int KEPT = 64;

  private final AuthorizationPolicy policy;
  private final int index;
  private final RuleMatcher http;
  private final @Nullable RuleMatcher tcp;
  private final RuleMatcher possible;

  /** By alternative, made when first needed; two threads may make the same one twice. */
  private @Nullable Reason @Nullable [] reasons;

  CompiledRule(AuthorizationPolicy policy, int index) {
    this.policy = policy;
    this.index = index;
    this.http = RuleMatcher.ofHttp(policy.rules().get(index));
    this.tcp = http.forTcp(policy.action() == AuthorizationPolicy.Action.ALLOW);
    this.possible = tcp == null ? http.forAnyRequest() : tcp;
  }

  /** False for a rule that matches no TCP connection. */
  boolean matchesTcp() {
    return tcp != null;
  }

  Rule rule() {
    return policy.rules().get(index);
  }

  /** Why the rule decides; null when it does not match. */
  @Nullable Reason match(Facts facts) {
    RuleMatcher matcher = facts.isTcp() ? tcp : http;
    int alternative = matcher == null ? -1 : matcher.match(facts);
    return matcher == null || alternative < 0 ? null : reason(matcher, alternative);
  }

  /** Whether it could match some request on the connection. */
  boolean mayMatch(Facts connection) {
    return possible.match(connection) >= 0;
  }

  /** Why it decides whatever the request on the connection; null when that depends on it. */
  @Nullable Reason mustMatch(Facts connection) {
    return possible == http ? match(connection) : null;
  }

  /** How many fields keep it from matching; on TCP, an HTTP-only field does. */
  int missing(Facts facts) {
    return isDropped(facts) ? http.missesOfAll(facts).size() : http.missing(facts);
  }

  Nearest nearest(Facts facts) {
    return new Nearest(
        policy.id(), index, isDropped(facts) ? http.missesOfAll(facts) : http.misses(facts));
  }

  /** Whether an HTTP-only field anywhere in the rule keeps all of it from TCP connections. */
  private boolean isDropped(Facts facts) {
    return tcp == null && facts.isTcp();
  }

  private Reason reason(RuleMatcher matcher, int alternative) {
    if (matcher != http || http.alternatives() > KEPT) {
      return Reason.matched(policy, index, matcher.fields(alternative));
    }
    @Nullable Reason[] kept = reasons;
    if (kept == null) {
      kept = new Reason[http.alternatives()];
      reasons = kept;
    }
    Reason reason = kept[alternative];
    if (reason == null) {
      reason = Reason.matched(policy, index, matcher.fields(alternative));
      kept[alternative] = reason;
    }
    return reason;
  }
}
