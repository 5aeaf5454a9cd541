package io.heraldmesh.compile;

import io.heraldmesh.policy.AuthenticationPolicies;
import io.heraldmesh.policy.AuthenticationPolicy;
import io.heraldmesh.policy.AuthenticationPolicy.Origin;
import io.heraldmesh.policy.AuthenticationPolicy.PrincipalBinding;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.PathMatch;
import io.heraldmesh.policy.TriggerRule;
import io.heraldmesh.resource.AuthenticationPolicy.Peer;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** v1alpha1 policies as they are enforced. */
final class AuthenticationRules {
  private AuthenticationRules() {}

  static AuthenticationPolicies compile(ServicePolicies.Holding holding) {
    io.heraldmesh.resource.AuthenticationPolicy rest = holding.rest();
    Map<Integer, AuthenticationPolicy> ports = new TreeMap<>();
    holding.ports().forEach((port, policy) -> ports.put(port, compile(policy)));
    return new AuthenticationPolicies(rest == null ? null : compile(rest), ports);
  }

  /** What a policy makes of the listener; PERMISSIVE when there is none. */
  static MtlsMode listener(io.heraldmesh.resource.@Nullable AuthenticationPolicy policy) {
    if (policy == null) {
      return MtlsMode.PERMISSIVE;
    }
    return switch (policy.peer().value()) {
      case NONE -> MtlsMode.DISABLE;
      case PERMISSIVE -> MtlsMode.PERMISSIVE;
      case STRICT -> isPeerRequired(policy) ? MtlsMode.STRICT : MtlsMode.PERMISSIVE;
    };
  }

  private static boolean isPeerRequired(io.heraldmesh.resource.AuthenticationPolicy policy) {
    return policy.peer().value() == Peer.STRICT && !policy.peerIsOptional().value();
  }

  private static AuthenticationPolicy compile(io.heraldmesh.resource.AuthenticationPolicy policy) {
    return new AuthenticationPolicy(
        policy.metadata().namespace(),
        policy.metadata().name(),
        isPeerRequired(policy),
        policy.origins().stream().map(AuthenticationRules::origin).toList(),
        policy.originIsOptional().value(),
        switch (policy.binding().value()) {
          case USE_PEER -> PrincipalBinding.USE_PEER;
          case USE_ORIGIN -> PrincipalBinding.USE_ORIGIN;
        });
  }

  private static Origin origin(io.heraldmesh.resource.AuthenticationPolicy.Origin origin) {
    return new Origin(
        JwtRules.compile(origin.rule()),
        origin.exchanged(),
        origin.triggers().stream().map(AuthenticationRules::trigger).toList());
  }

  private static TriggerRule trigger(io.heraldmesh.resource.AuthenticationPolicy.TriggerRule rule) {
    return new TriggerRule(
        rule.excluded().stream().map(AuthenticationRules::path).toList(),
        rule.included().stream().map(AuthenticationRules::path).toList());
  }

  private static PathMatch path(io.heraldmesh.resource.AuthenticationPolicy.PathMatch match) {
    String text = match.text().value();
    return switch (match.form()) {
      case EXACT -> new PathMatch.Exact(text);
      case PREFIX -> new PathMatch.Prefix(text);
      case SUFFIX -> new PathMatch.Suffix(text);
      case REGEX -> new PathMatch.Regex(text);
    };
  }
}
