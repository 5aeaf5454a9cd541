package io.heraldmesh.compile;

import io.heraldmesh.resource.AuthenticationPolicy;
import io.heraldmesh.resource.AuthenticationPolicy.Target;
import io.heraldmesh.resource.Selector;
import io.heraldmesh.resource.Service;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which v1alpha1 policy holds on which port of a workload: the narrowest, and it alone. A policy
 * for ports of a service goes before one for the whole service, that before the namespace's, and
 * that before the mesh's; of several in one place the oldest holds.
 *
 * <p>Source: Istio 1.4, authentication policy; targets are services, their ports service ports.
 * Where no Service has a target's name, the workload of that name is meant, and its own ports.
 */
final class ServicePolicies {
  private final List<AuthenticationPolicy> all;
  private final List<Service> services;

  ServicePolicies(MeshScope scope) {
    this.all = scope.oldestFirst(AuthenticationPolicy.class);
    this.services = scope.of(Service.class).stream().filter(s -> s.externalName() == null).toList();
  }

  /**
   * @param rest on every port that {@code ports} does not name
   * @param ports by workload port
   */
  record Holding(@Nullable AuthenticationPolicy rest, Map<Integer, AuthenticationPolicy> ports) {
    @Nullable AuthenticationPolicy of(int port) {
      AuthenticationPolicy own = ports.get(port);
      return own == null ? rest : own;
    }
  }

  Holding of(PolicySubject subject) {
    Found found = new Found();
    for (AuthenticationPolicy policy : all) {
      if (policy.metadata().namespace().equals(subject.namespace())) {
        policy.targets().forEach(target -> collect(policy, target, subject, found));
      }
    }
    Map<Integer, AuthenticationPolicy> ports = new TreeMap<>(found.ofService);
    ports.putAll(found.ofPort);
    return new Holding(found.rest == null ? wide(subject.namespace()) : found.rest, ports);
  }

  /** The policy of a namespace, or else of the mesh. */
  private @Nullable AuthenticationPolicy wide(String namespace) {
    return all.stream()
        .filter(p -> p.targets().isEmpty() && p.metadata().namespace().equals(namespace))
        .findFirst()
        .or(() -> all.stream().filter(AuthenticationPolicy::isMeshWide).findFirst())
        .orElse(null);
  }

  private void collect(
      AuthenticationPolicy policy, Target target, PolicySubject subject, Found found) {
    List<Service> named =
        services.stream()
            .filter(s -> s.metadata().namespace().equals(subject.namespace()))
            .filter(s -> s.metadata().name().equals(target.name().value()))
            .toList();
    for (Service service : named) {
      if (selects(service, subject)) {
        service.ports().stream()
            .filter(port -> means(target, port))
            .forEach(
                port ->
                    found.add(
                        policy,
                        !target.ports().isEmpty(),
                        number(port.targetPortName(), port.targetPort(), subject),
                        subject));
      }
    }
    if (named.isEmpty() && target.name().value().equals(subject.name())) {
      if (target.ports().isEmpty()) {
        found.rest(policy);
      }
      target
          .ports()
          .forEach(p -> found.add(policy, true, number(p.name(), p.number(), subject), subject));
    }
  }

  static boolean selects(Service service, PolicySubject subject) {
    return !service.selector().isEmpty()
        && new Selector(service.selector(), service.metadata().at()).matches(subject.labels());
  }

  /** Whether a target is for a port of the service that it names. */
  static boolean means(Target target, Service.Port port) {
    return port.protocol().equals("TCP")
        && (target.ports().isEmpty() || target.ports().stream().anyMatch(p -> p.matches(port)));
  }

  /** The workload port; null when it has a name that the subject does not know. */
  private static @Nullable Integer number(
      @Nullable String name, int number, PolicySubject subject) {
    if (name == null) {
      return number;
    }
    Map<String, Integer> known = subject.ports();
    return known == null ? null : known.get(name);
  }

  /** Policies as they are found, the oldest first. */
  private static final class Found {
    private final Map<Integer, AuthenticationPolicy> ofPort = new TreeMap<>();
    private final Map<Integer, AuthenticationPolicy> ofService = new TreeMap<>();
    private @Nullable AuthenticationPolicy rest;

    void add(
        AuthenticationPolicy policy,
        boolean ofOnePort,
        @Nullable Integer port,
        PolicySubject subject) {
      if (port != null) {
        (ofOnePort ? ofPort : ofService).putIfAbsent(port, policy);
      } else if (subject.ports() == null) {
        // some port has the name; which one is not known, so that it is any that no other claims
        rest(policy);
      }
    }

    void rest(AuthenticationPolicy policy) {
      rest = rest == null ? policy : rest;
    }
  }
}
