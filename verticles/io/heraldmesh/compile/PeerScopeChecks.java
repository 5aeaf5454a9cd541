package io.heraldmesh.compile;

import io.heraldmesh.resource.PeerAuthentication;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import java.util.ArrayList;
import java.util.List;

/**
 * PeerAuthentications whose selectors meet in a workload: there the oldest holds alone, its modes
 * and ports do not add up with those of others. That one hides another whole is told by {@link
 * ShadowChecks}.
 */
final class PeerScopeChecks {
  private final MeshScope scope;
  private final KnownWorkloads workloads;
  private final ProblemCollector found;

  PeerScopeChecks(MeshScope scope, KnownWorkloads workloads, ProblemCollector found) {
    this.scope = scope;
    this.workloads = workloads;
    this.found = found;
  }

  void check() {
    List<PeerAuthentication> older = new ArrayList<>();
    for (PeerAuthentication policy : scope.oldestFirst(PeerAuthentication.class)) {
      if (!policy.selector().isEmpty() && !scope.isRoot(policy.metadata())) {
        older.forEach(first -> compare(first, policy));
        older.add(policy);
      }
    }
  }

  private void compare(PeerAuthentication older, PeerAuthentication policy) {
    if (!older.metadata().namespace().equals(policy.metadata().namespace())
        || older.selector().matches(policy.selector().matchLabels())) {
      return;
    }
    List<KnownWorkload> both =
        new ArrayList<>(workloads.selected(policy.metadata(), policy.selector()));
    both.retainAll(workloads.selected(older.metadata(), older.selector()));
    if (!both.isEmpty()) {
      found.add(
          policy.selector().at(),
          ProblemCode.SHADOWED_POLICY,
          policy.describe()
              + " has no effect on "
              + String.join(", ", both.stream().map(KnownWorkload::name).toList())
              + ": "
              + older.describe()
              + " is older and selects it, too",
          "let each workload be selected by one of them");
    }
  }
}
