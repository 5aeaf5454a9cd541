package io.heraldmesh.policy;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.jwt.TokenCache;
import io.heraldmesh.jwt.TokenCarrier;
import io.heraldmesh.jwt.VerifiedToken;
import io.heraldmesh.policy.TokenStep.Outcome;
import io.heraldmesh.policy.TokenStep.Passed;
import io.heraldmesh.policy.TokenStep.Refused;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A v1alpha1 {@link AuthenticationPolicy}, compiled: the peer, then the origins in order. Answers
 * are 401 with Istio 1.4's texts and without a challenge; where only keys are missing, 503.
 */
final class AuthenticationStep {
  private static final int UNAUTHORIZED = 401;

  private final AuthenticationPolicy policy;
  private final List<OriginMethod> methods;

  AuthenticationStep(AuthenticationPolicy policy, Crypto crypto, TokenCache verified) {
    this.policy = policy;
    this.methods =
        policy.origins().stream().map(o -> new OriginMethod(o, crypto, verified)).toList();
  }

  /**
   * Refuses a caller that the listener let through and this policy does not.
   *
   * @return null when the caller may go on
   */
  @Nullable Refused peer(@Nullable Peer peer) {
    return policy.peerRequired() && peer == null
        ? refused(
            "Peer authentication failed.",
            Reason.PEER_AUTHENTICATION_FAILED,
            "peers asks for mutual TLS and the caller has no mesh identity")
        : null;
  }

  /**
   * Looks for an end user. A CORS preflight passes, as browsers send no token with one.
   *
   * @return with the one token, if any, that authorization is to read
   */
  Outcome origin(
      @Nullable Peer peer, RequestHead request, Target target, KeySets keys, Instant now) {
    if (methods.isEmpty() || TokenStep.isPreflight(request)) {
      return passed(List.of());
    }
    TokenCarrier carrier = new TokenStep.Carrier(request, target.query());
    List<OriginMethod.Failed> failures = new ArrayList<>();
    for (OriginMethod method : methods) {
      if (method.isTriggered(target)) {
        switch (method.authenticate(carrier, keys, now)) {
          case OriginMethod.Proved(VerifiedToken token) -> {
            return passed(bind(token, peer));
          }
          case OriginMethod.Failed failed -> failures.add(failed);
        }
      }
    }
    return failures.isEmpty() || policy.originIsOptional()
        ? passed(bind(null, peer))
        : refused(failures);
  }

  private List<VerifiedToken> bind(@Nullable VerifiedToken token, @Nullable Peer peer) {
    return RequestPrincipal.bind(policy.binding(), token, peer, policy.origins().getFirst().rule());
  }

  private static Passed passed(List<VerifiedToken> tokens) {
    return new Passed(tokens, TokenChanges.NONE);
  }

  private Refused refused(List<OriginMethod.Failed> failures) {
    String all = String.join("; ", failures.stream().map(OriginMethod.Failed::why).toList());
    return failures.stream().anyMatch(OriginMethod.Failed::keysMissing)
        ? TokenStep.keysMissing(policy.id(), all)
        : refused("Origin authentication failed.", Reason.ORIGIN_AUTHENTICATION_FAILED, all);
  }

  private Refused refused(String body, String code, String detail) {
    return new Refused(UNAUTHORIZED, body, List.of(), new Reason(code, detail, policy.id(), -1));
  }
}
