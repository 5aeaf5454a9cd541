package io.heraldmesh.compile;

import io.heraldmesh.policy.Protocol;
import io.heraldmesh.resource.AuthorizationPolicy;
import io.heraldmesh.resource.AuthorizationPolicy.Action;
import io.heraldmesh.resource.AuthorizationPolicy.Operation;
import io.heraldmesh.resource.AuthorizationPolicy.Rule;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import java.util.List;

/**
 * DENY rules with HTTP fields on ports that speak TCP, where they deny everything else they say.
 */
final class TcpChecks {
  private final MeshScope scope;
  private final KnownWorkloads workloads;
  private final ProblemCollector found;

  TcpChecks(MeshScope scope, KnownWorkloads workloads, ProblemCollector found) {
    this.scope = scope;
    this.workloads = workloads;
    this.found = found;
  }

  void check() {
    for (AuthorizationPolicy policy : scope.of(AuthorizationPolicy.class)) {
      if (policy.action().value() == Action.DENY && policy.targetRefs().isEmpty()) {
        List<Rule> rules = policy.rules().stream().filter(TcpChecks::usesHttp).toList();
        if (!rules.isEmpty()) {
          workloads
              .selected(policy.metadata(), policy.selector())
              .forEach(workload -> check(policy, rules, workload));
        }
      }
    }
  }

  private void check(AuthorizationPolicy policy, List<Rule> rules, KnownWorkload workload) {
    workload
        .ports()
        .forEach(
            (port, protocol) -> {
              if (protocol == Protocol.TCP) {
                rules.stream()
                    .filter(rule -> reaches(rule, port))
                    .forEach(rule -> warn(policy, rule, workload, port));
              }
            });
  }

  private void warn(AuthorizationPolicy policy, Rule rule, KnownWorkload workload, int port) {
    found.add(
        rule.at(),
        ProblemCode.DENIES_TCP,
        "on the TCP port "
            + port
            + " of "
            + workload.name()
            + " the HTTP fields of this rule of "
            + policy.describe()
            + " are left out, so that it denies more");
  }

  static boolean usesHttp(Rule rule) {
    return rule.from().stream().anyMatch(s -> !s.requestPrincipals().isEmpty())
        || rule.to().stream()
            .anyMatch(o -> !o.hosts().isEmpty() || !o.methods().isEmpty() || !o.paths().isEmpty())
        || rule.when().stream().anyMatch(c -> c.attribute().isHttpOnly());
  }

  private static boolean reaches(Rule rule, int port) {
    return rule.to().isEmpty() || rule.to().stream().anyMatch(o -> reaches(o, port));
  }

  private static boolean reaches(Operation operation, int port) {
    String target = Integer.toString(port);
    boolean in =
        operation.ports().in().isEmpty()
            || operation.ports().in().stream().anyMatch(p -> p.value().equals(target));
    return in && operation.ports().notIn().stream().noneMatch(p -> p.value().equals(target));
  }
}
