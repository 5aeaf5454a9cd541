package io.heraldmesh.compile;

import io.heraldmesh.resource.DestinationRule;
import io.heraldmesh.resource.DestinationRule.Subset;
import io.heraldmesh.resource.Service;
import io.heraldmesh.resource.ServiceEntry;
import io.heraldmesh.resource.problem.Position;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.problem.Shown;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** DestinationRules that are for nobody, or that a younger one repeats in vain. */
final class DestinationRuleChecks {
  private final MeshScope scope;
  private final List<ServicePort> ports;
  private final ProblemCollector found;

  /**
   * @param ports those of the mesh, with the backends that are known
   */
  DestinationRuleChecks(MeshScope scope, List<ServicePort> ports, ProblemCollector found) {
    this.scope = scope;
    this.ports = ports;
    this.found = found;
  }

  void check() {
    Map<Object, DestinationRule> first = new HashMap<>();
    Set<String> hosts = hosts();
    for (DestinationRule rule : scope.oldestFirst(DestinationRule.class)) {
      Object place =
          List.of(
              rule.metadata().namespace(),
              rule.host().value(),
              rule.workloadSelector().matchLabels(),
              new TreeSet<>(rule.exportTo()));
      DestinationRule older = first.putIfAbsent(place, rule);
      if (older != null) {
        found.add(
            rule.host().at(),
            ProblemCode.SHADOWED_POLICY,
            rule.describe()
                + " has no effect: "
                + older.describe()
                + " is older and for the same host",
            "write both into one rule");
      }
      if (hosts.stream().noneMatch(host -> RulesByHost.covers(rule.host().value(), host))) {
        noSuchHost(rule);
      } else {
        ports(rule);
        subsets(rule);
      }
    }
  }

  private Set<String> hosts() {
    Set<String> hosts = new HashSet<>();
    scope.of(Service.class).forEach(service -> hosts.add(service.fullHost()));
    scope
        .of(ServiceEntry.class)
        .forEach(
            entry -> entry.hosts().forEach(h -> hosts.add(h.value().toLowerCase(Locale.ROOT))));
    return hosts;
  }

  private void noSuchHost(DestinationRule rule) {
    String host = rule.host().value();
    if (host.equals("*")) {
      return;
    }
    String hint =
        scope.of(Service.class).stream()
            .filter(service -> ServicePorts.hosts(service).contains(host))
            .map(service -> "did you mean " + service.fullHost() + "?")
            .findFirst()
            .orElse(ProblemCode.NO_SUCH_DESTINATION.remedy());
    found.add(
        rule.host().at(),
        ProblemCode.NO_SUCH_DESTINATION,
        "no service or ServiceEntry that is known now has the host " + Shown.quoted(host),
        hint);
  }

  /** A wildcard may well mean a port that only some of its services have. */
  private void ports(DestinationRule rule) {
    if (rule.host().value().startsWith("*")) {
      return;
    }
    Set<Integer> known = new TreeSet<>();
    covered(rule).forEach(port -> known.add(port.port()));
    unknownPorts(rule.trafficPolicy().ports().keySet(), known, rule.host().at(), rule);
    for (Subset subset : rule.subsets()) {
      unknownPorts(subset.trafficPolicy().ports().keySet(), known, subset.at(), rule);
    }
  }

  private void unknownPorts(
      Collection<Integer> written, Set<Integer> known, Position at, DestinationRule rule) {
    for (int port : written) {
      if (!known.contains(port)) {
        found.add(
            at,
            ProblemCode.NO_SUCH_DESTINATION,
            rule.host().value() + " has no port " + port + ", only " + known,
            "write the port of the service, not that of the workload");
      }
    }
  }

  private void subsets(DestinationRule rule) {
    List<Backend> backends =
        covered(rule).flatMap(port -> port.backends().stream()).distinct().toList();
    for (Subset subset : rule.subsets()) {
      if (!backends.isEmpty() && backends.stream().noneMatch(b -> subset.has(b.labels()))) {
        found.add(
            subset.at(),
            ProblemCode.SELECTS_NOTHING,
            "subset "
                + Shown.quoted(subset.name())
                + " of "
                + rule.describe()
                + " has the labels of no endpoint that is known now");
      }
    }
  }

  private Stream<ServicePort> covered(DestinationRule rule) {
    return ports.stream().filter(port -> RulesByHost.covers(rule.host().value(), port.host()));
  }
}
