package io.heraldmesh.compile;

import io.heraldmesh.resource.Service;
import io.heraldmesh.resource.ServiceEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Every service port of the mesh. Where two declare the same host and port, Services go before
 * ServiceEntries and the oldest before others.
 */
final class Registry {
  private static final Comparator<ServicePort> ORDER =
      Comparator.comparing(ServicePort::service)
          .thenComparingInt(ServicePort::port)
          .thenComparing(ServicePort::host);

  private Registry() {}

  static List<ServicePort> ports(MeshScope scope, PeerModes modes, List<MeshWorkload> workloads) {
    Backends backends = new Backends(scope, modes, workloads);
    List<ServicePort> all = new ArrayList<>();
    for (Service service : scope.oldestFirst(Service.class)) {
      all.addAll(new ServicePorts(service, backends).compile());
    }
    LonePorts lone = new LonePorts(scope);
    for (ServiceEntry entry : scope.oldestFirst(ServiceEntry.class)) {
      all.addAll(new ServiceEntryPorts(entry, backends, lone).compile());
    }
    Set<String> taken = new HashSet<>();
    List<ServicePort> unique = new ArrayList<>();
    for (ServicePort port : all) {
      List<String> names = port.hosts().stream().map(host -> host + ":" + port.port()).toList();
      if (names.stream().noneMatch(taken::contains)) {
        taken.addAll(names);
        unique.add(port);
      }
    }
    return unique.stream().sorted(ORDER).toList();
  }
}
