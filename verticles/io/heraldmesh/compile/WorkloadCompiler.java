package io.heraldmesh.compile;

import io.heraldmesh.jwt.JwtRule;
import io.heraldmesh.policy.AuthorizationPolicy;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.policy.WorkloadPolicy;
import io.heraldmesh.resource.Metadata;
import io.heraldmesh.resource.RequestAuthentication;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * All policies that select a workload, as one value. RequestAuthentications and
 * AuthorizationPolicies of the root namespace and of the workload's own add up; those with {@code
 * targetRefs} are attached to something else. What v1alpha1 policies ask for comes on top.
 */
final class WorkloadCompiler {
  private final MeshScope scope;
  private final PeerModes modes;
  private final ServicePolicies old;
  private final Comparator<Metadata> order;

  WorkloadCompiler(MeshScope scope, PeerModes modes) {
    this.scope = scope;
    this.modes = modes;
    this.old = new ServicePolicies(scope);
    this.order =
        Comparator.comparing((Metadata m) -> !scope.isRoot(m))
            .thenComparing(Metadata::namespace)
            .thenComparing(Metadata::name);
  }

  WorkloadPolicy compile(PolicySubject subject, String serviceAccount) {
    PeerModes.Modes peer = modes.of(subject);
    String namespace = subject.namespace();
    Map<String, String> labels = subject.labels();
    return new WorkloadPolicy(
        new Workload(namespace, subject.name()),
        serviceAccount,
        peer.mtls(),
        peer.ports(),
        jwtRules(namespace, labels),
        authorization(namespace, labels),
        scope.normalization(),
        scope.trustDomains(),
        AuthenticationRules.compile(old.of(subject)),
        scope.config().numTrustedProxies());
  }

  /** Sorted by issuer, as Istio does. */
  private List<JwtRule> jwtRules(String namespace, Map<String, String> labels) {
    return scope.of(RequestAuthentication.class).stream()
        .filter(r -> r.targetRefs().isEmpty())
        .filter(r -> scope.selects(r.metadata(), r.selector(), namespace, labels))
        .sorted(Comparator.comparing(RequestAuthentication::metadata, order))
        .flatMap(r -> r.jwtRules().stream())
        .map(JwtRules::compile)
        .sorted(Comparator.comparing(JwtRule::issuer))
        .toList();
  }

  private List<AuthorizationPolicy> authorization(String namespace, Map<String, String> labels) {
    TrustDomainAliases aliases = new TrustDomainAliases(scope.trustDomains());
    return scope.of(io.heraldmesh.resource.AuthorizationPolicy.class).stream()
        .filter(p -> p.targetRefs().isEmpty())
        .filter(p -> scope.selects(p.metadata(), p.selector(), namespace, labels))
        .sorted(Comparator.comparing(io.heraldmesh.resource.AuthorizationPolicy::metadata, order))
        .map(p -> new AuthorizationRules(p, aliases).compile())
        .toList();
  }
}
