package io.heraldmesh.compile;

import io.heraldmesh.policy.Protocol;
import io.heraldmesh.resource.Deployment;
import io.heraldmesh.resource.Metadata;
import io.heraldmesh.resource.Pod;
import io.heraldmesh.resource.PodSpec;
import io.heraldmesh.resource.Resource;
import io.heraldmesh.resource.Selector;
import io.heraldmesh.resource.Service;
import io.heraldmesh.resource.WorkloadEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The workloads that policies can be held against: in a mesh those that nodes announced and those
 * written as WorkloadEntry; offline, all that the resources speak of.
 */
final class KnownWorkloads {
  private final MeshScope scope;
  private final List<KnownWorkload> all = new ArrayList<>();
  private final Map<String, List<KnownWorkload>> byNamespace;

  /**
   * @param announced none: what the resources say stands in
   */
  KnownWorkloads(MeshScope scope, List<MeshWorkload> announced) {
    this.scope = scope;
    announced.forEach(this::announced);
    scope.of(WorkloadEntry.class).forEach(this::written);
    if (announced.isEmpty()) {
      scope.of(Pod.class).forEach(p -> pod(p, p.spec()));
      scope.of(Deployment.class).forEach(d -> pod(d, d.template()));
    }
    List<KnownWorkload> known = List.copyOf(all);
    boolean offline = announced.isEmpty();
    Map<String, List<KnownWorkload>> before = byNamespace(known);
    scope
        .of(Service.class)
        .forEach(
            service ->
                behind(
                    service,
                    before.getOrDefault(service.metadata().namespace(), List.of()),
                    offline));
    this.byNamespace = byNamespace(all);
  }

  /** False when nothing says which workloads there are. */
  boolean areKnown() {
    return !all.isEmpty();
  }

  /** Whether a policy may select any of them. */
  boolean mayBeSelected(Metadata policy, Selector selector) {
    return inScope(policy).stream().anyMatch(w -> w.maySatisfy(selector));
  }

  /** Those that a policy selects, as far as is known. */
  List<KnownWorkload> selected(Metadata policy, Selector selector) {
    return inScope(policy).stream().filter(w -> w.satisfies(selector)).toList();
  }

  /** The namespaces in which the selector would select something. */
  Set<String> namespaces(Selector selector) {
    Set<String> namespaces = new TreeSet<>();
    all.stream().filter(w -> w.satisfies(selector)).forEach(w -> namespaces.add(w.namespace()));
    return namespaces;
  }

  private List<KnownWorkload> inScope(Metadata policy) {
    return scope.isRoot(policy) ? all : byNamespace.getOrDefault(policy.namespace(), List.of());
  }

  private static Map<String, List<KnownWorkload>> byNamespace(List<KnownWorkload> workloads) {
    return workloads.stream().collect(Collectors.groupingBy(KnownWorkload::namespace));
  }

  private void announced(MeshWorkload workload) {
    KnownWorkload known =
        of(
            "workload " + workload.namespace() + "/" + workload.name(),
            workload.namespace(),
            workload.labels(),
            false);
    for (MeshWorkload.Port port : workload.ports()) {
      port(known, port.name(), port.port(), port.protocol());
    }
    all.add(known);
  }

  private void written(WorkloadEntry entry) {
    KnownWorkload known =
        of(entry.describe(), entry.metadata().namespace(), Backends.labels(entry), false);
    entry.spec().ports().forEach((name, port) -> port(known, name, port, Protocol.named(name)));
    all.add(known);
  }

  private void pod(Resource owner, PodSpec pod) {
    KnownWorkload known = of(owner.describe(), owner.metadata().namespace(), pod.labels(), false);
    pod.ports().forEach(p -> port(known, p.name(), p.containerPort(), Protocol.AUTO));
    all.add(known);
  }

  /**
   * A Service says what its workloads' ports speak.
   *
   * @param known of its namespace
   * @param offline it may also say that there is a workload, or a port
   */
  private void behind(Service service, List<KnownWorkload> known, boolean offline) {
    if (service.selector().isEmpty()) {
      return;
    }
    String namespace = service.metadata().namespace();
    Selector selector = new Selector(service.selector(), service.metadata().at());
    List<KnownWorkload> behind = known.stream().filter(w -> selector.matches(w.labels())).toList();
    if (behind.isEmpty() && offline) {
      KnownWorkload guessed = of(service.describe(), namespace, service.selector(), true);
      all.add(guessed);
      behind = List.of(guessed);
    }
    behind.forEach(workload -> service.ports().forEach(port -> port(workload, port, offline)));
  }

  private static void port(KnownWorkload workload, Service.Port port, boolean offline) {
    String name = port.targetPortName();
    Integer target = name == null ? (Integer) port.targetPort() : workload.portNames().get(name);
    if (target == null || !offline && !workload.ports().containsKey(target)) {
      if (offline) {
        workload.unresolved().add(port.port());
      }
      return;
    }
    workload
        .ports()
        .merge(target, PortProtocol.of(port), (old, said) -> old == Protocol.AUTO ? said : old);
    if (target != port.port()) {
      workload.servicePorts().put(port.port(), target);
    }
  }

  private static void port(KnownWorkload workload, String name, int port, Protocol protocol) {
    workload.ports().put(port, protocol);
    workload.portNames().put(name, port);
  }

  private static KnownWorkload of(
      String name, String namespace, Map<String, String> labels, boolean guessed) {
    return new KnownWorkload(
        name,
        namespace,
        labels,
        guessed,
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeSet<>(),
        new TreeMap<>());
  }
}
