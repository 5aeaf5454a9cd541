package io.heraldmesh.compile;

import io.heraldmesh.resource.Selector;
import io.heraldmesh.resource.Service;
import io.heraldmesh.resource.WorkloadAddress;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Each port of one core Service. */
final class ServicePorts {
  private final Service service;
  private final Backends backends;
  private final String namespace;
  private final String name;

  ServicePorts(Service service, Backends backends) {
    this.service = service;
    this.backends = backends;
    this.namespace = service.metadata().namespace();
    this.name = service.metadata().name();
  }

  /** UDP and SCTP ports are none of Herald's. */
  List<ServicePort> compile() {
    return service.ports().stream()
        .filter(port -> port.protocol().equals("TCP"))
        .map(this::servicePort)
        .toList();
  }

  private ServicePort servicePort(Service.Port port) {
    Backends.Gathered gathered = backends.gather();
    String external = service.externalName();
    if (external != null) {
      gathered.plain(external.toLowerCase(Locale.ROOT), port.port());
    } else if (!service.selector().isEmpty()) {
      Selector selector = new Selector(service.selector(), service.metadata().at());
      gathered.announced(namespace, selector, workload -> target(port, workload));
      gathered.written(namespace, selector, address -> target(port, address));
    }
    return new ServicePort(
        namespace,
        name,
        hosts(service),
        service.fullHost(),
        port.port(),
        PortProtocol.of(port),
        gathered.identities(),
        gathered.backends(),
        service.addresses(),
        false,
        service.headless());
  }

  static Set<String> hosts(Service service) {
    String shortest = service.metadata().name() + "." + service.metadata().namespace();
    return Set.of(shortest, shortest + ".svc", service.fullHost());
  }

  private static MeshWorkload.@Nullable Port target(Service.Port port, MeshWorkload workload) {
    String named = port.targetPortName();
    return workload.ports().stream()
        .filter(p -> named == null ? p.port() == port.targetPort() : p.name().equals(named))
        .findFirst()
        .orElse(null);
  }

  /** Istio: the entry's port of the service port's name, then the target, then the port itself. */
  private static int target(Service.Port port, WorkloadAddress address) {
    Integer byName = address.ports().get(port.name());
    if (byName != null) {
      return byName;
    }
    String named = port.targetPortName();
    if (named == null) {
      return port.targetPort();
    }
    return address.ports().getOrDefault(named, port.port());
  }
}
