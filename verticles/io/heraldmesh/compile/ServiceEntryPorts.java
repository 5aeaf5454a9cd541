package io.heraldmesh.compile;

import io.heraldmesh.identity.InvalidIdentity;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.resource.Selector;
import io.heraldmesh.resource.ServiceEntry;
import io.heraldmesh.resource.ServiceEntry.Resolution;
import io.heraldmesh.resource.WorkloadAddress;
import io.heraldmesh.resource.problem.Located;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Each port of each host of one ServiceEntry. */
final class ServiceEntryPorts {
  private final ServiceEntry entry;
  private final Backends backends;
  private final LonePorts lone;
  private final String namespace;

  ServiceEntryPorts(ServiceEntry entry, Backends backends, LonePorts lone) {
    this.entry = entry;
    this.backends = backends;
    this.lone = lone;
    this.namespace = entry.metadata().namespace();
  }

  List<ServicePort> compile() {
    List<ServicePort> all = new ArrayList<>();
    for (Located<String> host : entry.hosts()) {
      for (ServiceEntry.Port port : entry.ports()) {
        all.add(servicePort(host.value().toLowerCase(Locale.ROOT), port));
      }
    }
    return all;
  }

  private ServicePort servicePort(String host, ServiceEntry.Port port) {
    Backends.Gathered gathered = backends.gather();
    Selector selector = entry.workloadSelector();
    if (selector != null) {
      gathered.announced(namespace, selector, workload -> target(port, workload));
      gathered.written(namespace, selector, address -> target(port, address));
    }
    for (WorkloadAddress address : entry.endpoints()) {
      gathered.written(namespace, address, address.labels(), target(port, address));
    }
    if (selector == null
        && entry.endpoints().isEmpty()
        && !host.startsWith("*")
        && entry.resolution() != Resolution.STATIC) {
      gathered.plain(host, port.targetPort());
    }
    identities(gathered);
    return new ServicePort(
        namespace,
        entry.metadata().name(),
        Set.of(host),
        host,
        port.number(),
        PortProtocol.of(port),
        gathered.identities(),
        gathered.backends(),
        lone.addresses(entry, host, port),
        anywhere(),
        entry.resolution() == ServiceEntry.Resolution.NONE);
  }

  /** Nobody wrote where it is: with NONE its clients know. */
  private boolean anywhere() {
    return entry.resolution() == ServiceEntry.Resolution.NONE
        && entry.workloadSelector() == null
        && entry.endpoints().isEmpty();
  }

  /** DNS names among them are for TLS that is not the mesh's. */
  private void identities(Backends.Gathered gathered) {
    entry.subjectAltNames().stream()
        .flatMap(name -> spiffeId(name.value()).stream())
        .forEach(gathered::identity);
  }

  /** No certificate can show an illegal one, so it adds nobody; {@link CrossChecks} warns of it. */
  private static Optional<SpiffeId> spiffeId(String name) {
    if (!name.startsWith("spiffe://")) {
      return Optional.empty();
    }
    try {
      return Optional.of(SpiffeId.parse(name));
    } catch (InvalidIdentity e) {
      return Optional.empty();
    }
  }

  private static MeshWorkload.@Nullable Port target(ServiceEntry.Port port, MeshWorkload workload) {
    return workload.ports().stream()
        .filter(p -> p.port() == port.targetPort())
        .findFirst()
        .orElse(null);
  }

  private static int target(ServiceEntry.Port port, WorkloadAddress address) {
    return address.ports().getOrDefault(port.name(), port.targetPort());
  }
}
