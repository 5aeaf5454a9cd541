package io.heraldmesh.compile;

import io.heraldmesh.resource.Attribute;
import io.heraldmesh.resource.AuthorizationPolicy;
import io.heraldmesh.resource.AuthorizationPolicy.Condition;
import io.heraldmesh.resource.AuthorizationPolicy.Operation;
import io.heraldmesh.resource.Metadata;
import io.heraldmesh.resource.PeerAuthentication;
import io.heraldmesh.resource.Selector;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.Position;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Ports in policies that no selected workload has; often the port of a Service was written. */
final class PortChecks {
  private final MeshScope scope;
  private final KnownWorkloads workloads;
  private final ProblemCollector found;

  PortChecks(MeshScope scope, KnownWorkloads workloads, ProblemCollector found) {
    this.scope = scope;
    this.workloads = workloads;
    this.found = found;
  }

  void check() {
    for (AuthorizationPolicy policy : scope.of(AuthorizationPolicy.class)) {
      if (policy.targetRefs().isEmpty()) {
        List<Located<String>> ports = ports(policy).toList();
        List<KnownWorkload> selected =
            ports.isEmpty() ? List.of() : selected(policy.metadata(), policy.selector());
        ports.forEach(p -> check(selected, p.at(), Integer.parseInt(p.value())));
      }
    }
    for (PeerAuthentication policy : scope.of(PeerAuthentication.class)) {
      List<KnownWorkload> selected =
          policy.portModes().isEmpty() ? List.of() : selected(policy.metadata(), policy.selector());
      policy.portModes().forEach((port, mode) -> check(selected, mode.at(), port));
    }
  }

  private static Stream<Located<String>> ports(AuthorizationPolicy policy) {
    return policy.rules().stream()
        .flatMap(
            rule ->
                Stream.concat(
                    rule.to().stream().map(Operation::ports),
                    rule.when().stream()
                        .filter(when -> when.attribute() == Attribute.DESTINATION_PORT)
                        .map(Condition::values)))
        .flatMap(values -> Stream.concat(values.in().stream(), values.notIn().stream()));
  }

  /** Workloads of which all ports are known, or none. */
  private List<KnownWorkload> selected(Metadata policy, Selector selector) {
    List<KnownWorkload> selected = workloads.selected(policy, selector);
    boolean known =
        selected.stream().noneMatch(w -> w.ports().isEmpty() || !w.unresolved().isEmpty())
            && !(selector.isEmpty() && selected.stream().anyMatch(KnownWorkload::guessed));
    return known ? selected : List.of();
  }

  private void check(List<KnownWorkload> selected, Position at, int port) {
    if (selected.isEmpty() || selected.stream().anyMatch(w -> w.ports().containsKey(port))) {
      return;
    }
    Integer meant =
        selected.stream()
            .map(w -> w.servicePorts().get(port))
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(null);
    String where = selected.getFirst().name() + (selected.size() == 1 ? "" : " and others");
    found.add(
        at,
        ProblemCode.UNKNOWN_PORT,
        meant == null
            ? "no workload that is selected has the port " + port + " (" + where + ")"
            : port + " is the port of a Service; policies name the workload's port (" + where + ")",
        meant == null ? ProblemCode.UNKNOWN_PORT.remedy() : "write " + meant);
  }
}
