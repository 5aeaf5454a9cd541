package io.heraldmesh.compile;

import io.heraldmesh.policy.Destination;
import io.heraldmesh.resource.Service;
import io.heraldmesh.resource.ServiceEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Secure naming: what each service port is called, who may answer for it and where. Where two
 * declare the same host and port, Services go before ServiceEntries and the oldest before others.
 */
final class Destinations {
  private static final Comparator<Destination> ORDER =
      Comparator.comparing(Destination::service)
          .thenComparingInt(Destination::port)
          .thenComparing(Destination::sni);

  private final MeshScope scope;
  private final Backends backends;

  Destinations(MeshScope scope, PeerModes modes, List<MeshWorkload> workloads) {
    this.scope = scope;
    this.backends = new Backends(scope, modes, workloads);
  }

  List<Destination> compile() {
    List<Destination> all = new ArrayList<>();
    for (Service service : scope.oldestFirst(Service.class)) {
      all.addAll(new ServiceDestinations(service, backends).compile());
    }
    for (ServiceEntry entry : scope.oldestFirst(ServiceEntry.class)) {
      all.addAll(new ServiceEntryDestinations(entry, backends).compile());
    }
    Set<String> taken = new HashSet<>();
    List<Destination> unique = new ArrayList<>();
    for (Destination destination : all) {
      List<String> names =
          destination.hosts().stream().map(host -> host + ":" + destination.port()).toList();
      if (names.stream().noneMatch(taken::contains)) {
        taken.addAll(names);
        unique.add(destination);
      }
    }
    return unique.stream().sorted(ORDER).toList();
  }
}
