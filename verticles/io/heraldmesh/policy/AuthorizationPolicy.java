package io.heraldmesh.policy;

/** One AuthorizationPolicy with its rules compiled to matchers. */
public record AuthorizationPolicy(String namespace, String name, Action action, boolean dryRun) {

  /** {@code spec.action}. */
  public enum Action {
    ALLOW,
    DENY,
    AUDIT,
    CUSTOM
  }
}
