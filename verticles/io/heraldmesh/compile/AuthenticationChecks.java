package io.heraldmesh.compile;

import io.heraldmesh.resource.AuthenticationPolicy;
import io.heraldmesh.resource.AuthenticationPolicy.Port;
import io.heraldmesh.resource.AuthenticationPolicy.Target;
import io.heraldmesh.resource.PeerAuthentication;
import io.heraldmesh.resource.RequestAuthentication;
import io.heraldmesh.resource.Resource;
import io.heraldmesh.resource.Selector;
import io.heraldmesh.resource.Service;
import io.heraldmesh.resource.problem.Position;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** v1alpha1 policies beside services, each other and the current kinds. */
final class AuthenticationChecks {
  private final MeshScope scope;
  private final ProblemCollector found;

  AuthenticationChecks(MeshScope scope, ProblemCollector found) {
    this.scope = scope;
    this.found = found;
  }

  void check() {
    Map<String, AuthenticationPolicy> first = new HashMap<>();
    for (AuthenticationPolicy policy : scope.oldestFirst(AuthenticationPolicy.class)) {
      for (Target target : policy.targets()) {
        checkTarget(policy, target);
        shadowed(policy, target, first);
      }
      besideCurrentKinds(policy);
    }
  }

  private void checkTarget(AuthenticationPolicy policy, Target target) {
    Service service = service(policy, target);
    if (service == null) {
      found.add(
          target.name().at(),
          ProblemCode.NO_SUCH_SERVICE,
          "there is no Service "
              + policy.metadata().namespace()
              + "/"
              + target.name().value()
              + "; the policy holds for a workload of that name alone");
      return;
    }
    for (Port port : target.ports()) {
      if (service.ports().stream().noneMatch(port::matches)) {
        found.add(
            port.at(),
            ProblemCode.NO_SUCH_SERVICE,
            service.describe() + " has no port " + shown(port),
            "name one of its ports: those of the service, not of its workloads");
      }
    }
  }

  private void shadowed(
      AuthenticationPolicy policy, Target target, Map<String, AuthenticationPolicy> first) {
    String service = policy.metadata().namespace() + "/" + target.name().value();
    List<String> places =
        target.ports().isEmpty()
            ? List.of(service)
            : target.ports().stream().map(port -> service + " port " + shown(port)).toList();
    for (String place : places) {
      AuthenticationPolicy older = first.putIfAbsent(place, policy);
      if (older != null && !older.equals(policy)) {
        found.add(
            target.name().at(),
            ProblemCode.SHADOWED_POLICY,
            policy.describe()
                + " has no effect on "
                + place
                + ": "
                + older.describe()
                + " is older and holds there",
            "remove one of the two targets");
      }
    }
  }

  private void besideCurrentKinds(AuthenticationPolicy policy) {
    Stream<Resource> current =
        Stream.concat(
            scope.of(PeerAuthentication.class).stream().filter(p -> meet(policy, p, p.selector())),
            scope.of(RequestAuthentication.class).stream()
                .filter(r -> !policy.origins().isEmpty() && r.targetRefs().isEmpty())
                .filter(r -> meet(policy, r, r.selector())));
    current
        .findFirst()
        .ifPresent(
            other ->
                found.add(
                    place(policy),
                    ProblemCode.BOTH_APIS,
                    policy.describe()
                        + " and "
                        + other.describe()
                        + " may be for one workload; both are enforced there"));
  }

  private static Position place(AuthenticationPolicy policy) {
    return policy.targets().isEmpty()
        ? policy.metadata().at()
        : policy.targets().getFirst().name().at();
  }

  /** Whether there can be a workload that both are for. */
  private boolean meet(AuthenticationPolicy policy, Resource current, Selector selector) {
    if (!policy.isMeshWide()
        && !scope.isRoot(current.metadata())
        && !current.metadata().namespace().equals(policy.metadata().namespace())) {
      return false;
    }
    return policy.targets().isEmpty()
        || policy.targets().stream()
            .map(target -> service(policy, target))
            .anyMatch(service -> service == null || agree(service.selector(), selector));
  }

  private static boolean agree(Map<String, String> labels, Selector selector) {
    return selector.matchLabels().entrySet().stream()
        .allMatch(e -> labels.getOrDefault(e.getKey(), e.getValue()).equals(e.getValue()));
  }

  private @Nullable Service service(AuthenticationPolicy policy, Target target) {
    return scope.of(Service.class).stream()
        .filter(s -> s.metadata().namespace().equals(policy.metadata().namespace()))
        .filter(s -> s.metadata().name().equals(target.name().value()))
        .findFirst()
        .orElse(null);
  }

  private static String shown(Port port) {
    return port.name() == null ? Integer.toString(port.number()) : port.name();
  }
}
