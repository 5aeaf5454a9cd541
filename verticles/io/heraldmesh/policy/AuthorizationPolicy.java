package io.heraldmesh.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One AuthorizationPolicy that selects a workload, as data: selectors are resolved, trust-domain
 * aliases expanded, names completed.
 *
 * @param dryRun annotation {@code istio.io/dry-run}: evaluated and reported, never enforced
 * @param rules the policy matches when any of them does; none: it never matches, so that an ALLOW
 *     policy without rules denies all
 * @param provider name of the extension provider; only with CUSTOM
 */
public record AuthorizationPolicy(
    String namespace,
    String name,
    Action action,
    boolean dryRun,
    List<Rule> rules,
    @Nullable String provider) {

  public AuthorizationPolicy {
    rules = List.copyOf(rules);
  }

  /** {@code namespace/name}, as logs and answers show it. */
  public String id() {
    return namespace + "/" + name;
  }

  /** {@code spec.action}. */
  public enum Action {
    ALLOW,
    DENY,
    AUDIT,
    CUSTOM
  }
}
