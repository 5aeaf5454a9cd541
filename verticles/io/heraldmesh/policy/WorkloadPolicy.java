package io.heraldmesh.policy;

import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.jwt.JwtRule;
import io.heraldmesh.jwt.KeySource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All that is enforced in front of one workload. "No policy" is a value of this type too. Pure
 * data: travels over the bus, is turned into {@link Enforcement} where it is enforced.
 *
 * @param mtls mode of every port that {@code portMtls} does not name
 * @param portMtls by workload port
 * @param jwtRules of all RequestAuthentications that select the workload
 * @param authorization all AuthorizationPolicies that select it
 * @param trustDomains the mesh's own domain first, then its aliases: whose peers are accepted
 * @param authentication what v1alpha1 policies ask for besides
 * @param trustedProxies how many proxies in front of the workload are trusted to have added to
 *     X-Forwarded-For who called them; 0: the header is not believed
 */
public record WorkloadPolicy(
    Workload workload,
    String serviceAccount,
    MtlsMode mtls,
    Map<Integer, MtlsMode> portMtls,
    List<JwtRule> jwtRules,
    List<AuthorizationPolicy> authorization,
    PathNormalization normalization,
    List<TrustDomain> trustDomains,
    AuthenticationPolicies authentication,
    int trustedProxies) {

  public WorkloadPolicy {
    portMtls = Map.copyOf(portMtls);
    jwtRules = List.copyOf(jwtRules);
    authorization = List.copyOf(authorization);
    trustDomains = List.copyOf(trustDomains);
  }

  /** Without trusted proxies. */
  public WorkloadPolicy(
      Workload workload,
      String serviceAccount,
      MtlsMode mtls,
      Map<Integer, MtlsMode> portMtls,
      List<JwtRule> jwtRules,
      List<AuthorizationPolicy> authorization,
      PathNormalization normalization,
      List<TrustDomain> trustDomains,
      AuthenticationPolicies authentication) {
    this(
        workload,
        serviceAccount,
        mtls,
        portMtls,
        jwtRules,
        authorization,
        normalization,
        trustDomains,
        authentication,
        0);
  }

  /** Where the keys of all its tokens come from, and how long a fetch may take. */
  public Map<KeySource, Duration> keySources() {
    return Stream.concat(
            jwtRules.stream(),
            authentication.all().flatMap(a -> a.origins().stream()).map(o -> o.rule()))
        .collect(
            Collectors.toUnmodifiableMap(JwtRule::keys, JwtRule::timeout, WorkloadPolicy::longer));
  }

  /** Rules that share a source share its one fetch, and it gets the longest time of theirs. */
  public static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? other : one;
  }

  /** The mode of one workload port. */
  public MtlsMode mtls(int port) {
    return portMtls.getOrDefault(port, mtls);
  }
}
