package io.heraldmesh.proxy.filter;

import io.heraldmesh.policy.Decision;

/**
 * Proof that a request or connection was authorized. Only {@link Authorization} makes one, and
 * nothing is forwarded without.
 */
public final class Permit {
  private final Decision.Allowed decision;

  Permit(Decision.Allowed decision) {
    this.decision = decision;
  }

  /** What was decided, and what the request must look like when it goes on. */
  public Decision.Allowed decision() {
    return decision;
  }
}
