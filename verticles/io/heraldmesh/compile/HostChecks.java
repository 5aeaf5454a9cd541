package io.heraldmesh.compile;

import io.heraldmesh.resource.Resource;
import io.heraldmesh.resource.Service;
import io.heraldmesh.resource.ServiceEntry;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.Position;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.problem.Shown;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Hosts and ports that two resources declare; only the first of them is in force. */
final class HostChecks {
  private final MeshScope scope;
  private final ProblemCollector found;
  private final Map<String, Resource> declared = new HashMap<>();

  HostChecks(MeshScope scope, ProblemCollector found) {
    this.scope = scope;
    this.found = found;
  }

  void check() {
    for (Service service : scope.oldestFirst(Service.class)) {
      for (Service.Port port : service.ports()) {
        for (String host : ServicePorts.hosts(service)) {
          declare(service, host, port.port(), service.metadata().at());
        }
      }
    }
    for (ServiceEntry entry : scope.oldestFirst(ServiceEntry.class)) {
      for (Located<String> host : entry.hosts()) {
        for (ServiceEntry.Port port : entry.ports()) {
          declare(entry, host.value().toLowerCase(Locale.ROOT), port.number(), host.at());
        }
      }
    }
  }

  private void declare(Resource resource, String host, int port, Position at) {
    Resource first = declared.putIfAbsent(host + ":" + port, resource);
    if (first != null && !first.equals(resource)) {
      found.add(
          at,
          ProblemCode.DUPLICATE_HOST,
          Shown.quoted(host)
              + " with port "
              + port
              + " is declared by "
              + first.describe()
              + " too, which is in force");
    }
  }
}
