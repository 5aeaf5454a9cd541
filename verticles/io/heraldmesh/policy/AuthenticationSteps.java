package io.heraldmesh.policy;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.jwt.TokenCache;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@link AuthenticationPolicies}, compiled; a policy that holds on several ports only once. */
final class AuthenticationSteps {
  private final @Nullable AuthenticationStep rest;
  private final Map<Integer, AuthenticationStep> ports = new HashMap<>();

  AuthenticationSteps(AuthenticationPolicies policies, Crypto crypto, TokenCache verified) {
    Map<AuthenticationPolicy, AuthenticationStep> steps = new HashMap<>();
    policies
        .all()
        .forEach(p -> steps.computeIfAbsent(p, q -> new AuthenticationStep(q, crypto, verified)));
    AuthenticationPolicy wide = policies.rest();
    this.rest = wide == null ? null : steps.get(wide);
    policies.ports().forEach((port, policy) -> ports.put(port, steps.get(policy)));
  }

  /** The one of a workload port; null when there is none. */
  @Nullable AuthenticationStep of(int port) {
    AuthenticationStep own = ports.get(port);
    return own == null ? rest : own;
  }
}
