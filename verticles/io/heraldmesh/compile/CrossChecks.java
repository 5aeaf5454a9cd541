package io.heraldmesh.compile;

import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.resource.AuthorizationPolicy;
import io.heraldmesh.resource.MeshConfig;
import io.heraldmesh.resource.Metadata;
import io.heraldmesh.resource.PeerAuthentication;
import io.heraldmesh.resource.RequestAuthentication;
import io.heraldmesh.resource.Resource;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.Selector;
import io.heraldmesh.resource.WorkloadEntry;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.problem.Problems;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is wrong between resources, each of which is right by itself. All are warnings. */
public final class CrossChecks {
  private final MeshScope scope;
  private final List<MeshWorkload> workloads;
  private final ProblemCollector found = new ProblemCollector();

  CrossChecks(MeshScope scope, List<MeshWorkload> workloads) {
    this.scope = scope;
    this.workloads = workloads;
  }

  /** Checks resources alone, as {@code lint} does; which workloads there are is then not known. */
  public static Problems check(Resources resources) {
    TrustDomain local = new TrustDomain(MeshConfig.DEFAULT_TRUST_DOMAIN);
    return new CrossChecks(MeshScope.of(resources, local), List.of()).problems();
  }

  Problems problems() {
    severalForOneScope();
    if (!workloads.isEmpty()) {
      selectsNothing();
    }
    new PrincipalChecks(scope, found).check();
    new TcpChecks(scope, found).check();
    new HostChecks(scope, found).check();
    return found.problems();
  }

  private void severalForOneScope() {
    Map<String, PeerAuthentication> first = new HashMap<>();
    for (PeerAuthentication policy : scope.oldestFirst(PeerAuthentication.class)) {
      if (policy.selector().isEmpty()) {
        PeerAuthentication oldest = first.putIfAbsent(policy.metadata().namespace(), policy);
        if (oldest != null) {
          found.add(
              policy.metadata().at(),
              ProblemCode.SHADOWED_POLICY,
              policy.describe()
                  + " has no effect: "
                  + oldest.describe()
                  + " is older and holds for the whole "
                  + (scope.isRoot(policy.metadata()) ? "mesh" : "namespace"));
        }
      } else if (scope.isRoot(policy.metadata())) {
        found.add(
            policy.selector().at(),
            ProblemCode.SHADOWED_POLICY,
            policy.describe() + " has no effect: in the root namespace no selector is allowed",
            "move it to the namespace of the workloads");
      }
    }
  }

  private void selectsNothing() {
    for (Resource resource : scope.resources().all()) {
      Selector selector = selector(resource);
      if (selector != null && !selector.isEmpty() && !selectsAny(resource.metadata(), selector)) {
        found.add(
            selector.at(),
            ProblemCode.SELECTS_NOTHING,
            resource.describe() + " selects no workload that is known now");
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

  private boolean selectsAny(Metadata metadata, Selector selector) {
    return workloads.stream()
            .anyMatch(w -> scope.selects(metadata, selector, w.namespace(), w.labels()))
        || scope.of(WorkloadEntry.class).stream()
            .anyMatch(
                e ->
                    scope.selects(
                        metadata, selector, e.metadata().namespace(), Backends.labels(e)));
  }
}
