package io.heraldmesh.compile;

import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.resource.AuthorizationPolicy;
import io.heraldmesh.resource.MeshConfig;
import io.heraldmesh.resource.PeerAuthentication;
import io.heraldmesh.resource.RequestAuthentication;
import io.heraldmesh.resource.Resource;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.Selector;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.problem.Problems;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is wrong between resources, each of which is right by itself. All are warnings. */
public final class CrossChecks {
  private final MeshScope scope;
  private final List<MeshWorkload> workloads;
  private final KnownWorkloads known;
  private final ProblemCollector found = new ProblemCollector();

  CrossChecks(MeshScope scope, List<MeshWorkload> workloads) {
    this.scope = scope;
    this.workloads = workloads;
    this.known = new KnownWorkloads(scope, workloads);
  }

  /** Checks resources alone, as {@code lint} does: the workloads are those that they speak of. */
  public static Problems check(Resources resources) {
    TrustDomain local = new TrustDomain(MeshConfig.DEFAULT_TRUST_DOMAIN);
    return new CrossChecks(MeshScope.of(resources, local), List.of()).problems();
  }

  Problems problems() {
    if (known.areKnown()) {
      selectsNothing();
    }
    new KeySetChecks(scope, found).check();
    new ShadowChecks(scope, found).check();
    new PeerScopeChecks(scope, known, found).check();
    new RuleChecks(scope, found).check();
    new PathChecks(scope, found).check();
    new HeaderChecks(scope, found).check();
    new PrincipalChecks(scope, found).check();
    new CallerChecks(scope, known, found).check();
    new TokenChecks(scope, known, found).check();
    new NameChecks(scope, workloads, found).check();
    new PortChecks(scope, known, found).check();
    new TcpChecks(scope, known, found).check();
    new AuthenticationChecks(scope, found).check();
    new HostChecks(scope, found).check();
    new LonePorts(scope).check(found);
    DestinationRules rules = new DestinationRules(scope);
    if (!rules.isEmpty()) {
      List<ServicePort> ports = Registry.ports(scope, new PeerModes(scope), workloads);
      new DestinationRuleChecks(scope, ports, found).check();
      new TlsMismatchChecks(ports, rules, workloads, found).check();
    }
    return found.problems();
  }

  private void selectsNothing() {
    for (Resource resource : scope.resources().all()) {
      Selector selector = selector(resource);
      if (selector != null
          && !selector.isEmpty()
          && !known.mayBeSelected(resource.metadata(), selector)) {
        Set<String> elsewhere = known.namespaces(selector);
        found.add(
            selector.at(),
            ProblemCode.SELECTS_NOTHING,
            resource.describe() + " selects no workload that is known now",
            elsewhere.isEmpty()
                ? ProblemCode.SELECTS_NOTHING.remedy()
                : "its labels are found in namespace " + String.join(", ", elsewhere));
      }
    }
  }

  private static @Nullable Selector selector(Resource resource) {
    return switch (resource) {
      case PeerAuthentication p -> p.selector();
      case RequestAuthentication r -> r.targetRefs().isEmpty() ? r.selector() : null;
      case AuthorizationPolicy a -> a.targetRefs().isEmpty() ? a.selector() : null;
      default -> null;
    };
  }
}
