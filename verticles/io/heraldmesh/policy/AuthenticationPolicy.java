package io.heraldmesh.policy;

import io.heraldmesh.jwt.JwtRule;
import java.util.List;

/**
 * The {@code authentication.istio.io/v1alpha1} policy that holds on a port. What it asks of the
 * listener is part of {@link WorkloadPolicy#mtls}.
 *
 * @param namespace empty for the MeshPolicy
 * @param peerRequired a caller without mutual TLS is refused, should the listener let it through
 * @param origins ways to prove an end user, in order; the first that succeeds counts
 * @param originIsOptional a request that proves none passes, and has no end user
 * @param binding which identity is {@code request.auth.principal}
 */
public record AuthenticationPolicy(
    String namespace,
    String name,
    boolean peerRequired,
    List<Origin> origins,
    boolean originIsOptional,
    PrincipalBinding binding) {

  public AuthenticationPolicy {
    origins = List.copyOf(origins);
  }

  /** {@code namespace/name}, as logs and answers show it; the MeshPolicy has the name alone. */
  public String id() {
    return namespace.isEmpty() ? name : namespace + "/" + name;
  }

  /**
   * One way to prove an end user.
   *
   * @param exchanged what counts is the token's claim {@code original_claims}
   * @param triggers on which paths it is asked for; none: on all
   */
  public record Origin(JwtRule rule, boolean exchanged, List<TriggerRule> triggers) {
    public Origin {
      triggers = List.copyOf(triggers);
    }
  }

  /** {@code principalBinding}; never decides whether a request passes. */
  public enum PrincipalBinding {
    USE_PEER,
    USE_ORIGIN
  }
}
