package io.heraldmesh.policy;

import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.jwt.JwtRule;
import java.util.List;
import java.util.Map;

/**
 * All that is enforced in front of one workload. "No policy" is a value of this type too. Pure
 * data: travels over the bus, is turned into {@link Enforcement} where it is enforced.
 *
 * @param mtls mode of every port that {@code portMtls} does not name
 * @param portMtls by workload port
 * @param jwtRules of all RequestAuthentications that select the workload
 * @param authorization all AuthorizationPolicies that select it
 * @param trustDomains the mesh's own domain first, then its aliases: whose peers are accepted
 */
public record WorkloadPolicy(
    Workload workload,
    String serviceAccount,
    MtlsMode mtls,
    Map<Integer, MtlsMode> portMtls,
    List<JwtRule> jwtRules,
    List<AuthorizationPolicy> authorization,
    PathNormalization normalization,
    List<TrustDomain> trustDomains) {

  public WorkloadPolicy {
    portMtls = Map.copyOf(portMtls);
    jwtRules = List.copyOf(jwtRules);
    authorization = List.copyOf(authorization);
    trustDomains = List.copyOf(trustDomains);
  }

  /** The mode of one workload port. */
  public MtlsMode mtls(int port) {
    return portMtls.getOrDefault(port, mtls);
  }
}
