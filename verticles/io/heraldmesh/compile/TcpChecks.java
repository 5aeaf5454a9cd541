package io.heraldmesh.compile;

import io.heraldmesh.policy.Protocol;
import io.heraldmesh.resource.AuthorizationPolicy;
import io.heraldmesh.resource.AuthorizationPolicy.Action;
import io.heraldmesh.resource.AuthorizationPolicy.Operation;
import io.heraldmesh.resource.AuthorizationPolicy.Rule;
import io.heraldmesh.resource.Service;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import java.util.List;

/**
 * DENY rules with HTTP fields on ports that speak TCP, where they deny everything else they say.
 */
final class TcpChecks {
  private final MeshScope scope;
  private final ProblemCollector found;

  TcpChecks(MeshScope scope, ProblemCollector found) {
    this.scope = scope;
    this.found = found;
  }

  void check() {
    List<Service> services = scope.of(Service.class);
    for (AuthorizationPolicy policy : scope.of(AuthorizationPolicy.class)) {
      if (policy.action().value() == Action.DENY && policy.targetRefs().isEmpty()) {
        services.stream().filter(s -> mayShareWorkloads(policy, s)).forEach(s -> check(policy, s));
      }
    }
  }

  private void check(AuthorizationPolicy policy, Service service) {
    for (Service.Port port : service.ports()) {
      if (PortProtocol.of(port) == Protocol.TCP) {
        policy.rules().stream()
            .filter(rule -> usesHttp(rule) && reaches(rule, port))
            .forEach(rule -> warn(policy, rule, service, port));
      }
    }
  }

  private void warn(AuthorizationPolicy policy, Rule rule, Service service, Service.Port port) {
    found.add(
        rule.at(),
        ProblemCode.DENIES_TCP,
        "on the TCP port "
            + port.port()
            + " of "
            + service.describe()
            + " the HTTP fields of this rule of "
            + policy.describe()
            + " are left out, so that it denies more");
  }

  private boolean mayShareWorkloads(AuthorizationPolicy policy, Service service) {
    return scope.selects(
        policy.metadata(), policy.selector(), service.metadata().namespace(), service.selector());
  }

  private static boolean usesHttp(Rule rule) {
    return rule.from().stream().anyMatch(s -> !s.requestPrincipals().isEmpty())
        || rule.to().stream()
            .anyMatch(o -> !o.hosts().isEmpty() || !o.methods().isEmpty() || !o.paths().isEmpty())
        || rule.when().stream().anyMatch(c -> c.attribute().isHttpOnly());
  }

  private static boolean reaches(Rule rule, Service.Port port) {
    return rule.to().isEmpty() || rule.to().stream().anyMatch(o -> reaches(o, port));
  }

  private static boolean reaches(Operation operation, Service.Port port) {
    String target = Integer.toString(port.targetPort());
    boolean in =
        operation.ports().in().isEmpty()
            || operation.ports().in().stream().anyMatch(p -> p.value().equals(target));
    return in && operation.ports().notIn().stream().noneMatch(p -> p.value().equals(target));
  }
}
