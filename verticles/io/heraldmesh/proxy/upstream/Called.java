package io.heraldmesh.proxy.upstream;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What the workloads of this node may call: connections to anything else, or under other terms, are
 * closed as soon as they carry nothing. Immutable.
 */
public final class Called {
  private final Set<Target> mesh = new HashSet<>();
  private final Map<Circuit, Route> routes = new HashMap<>();
  private final Set<Circuit> elsewhere = new HashSet<>();

  public Called(Collection<Routes> all) {
    for (Routes one : all) {
      one.all().forEach(this::add);
      if (!one.registryOnly()) {
        elsewhere.add(one.passedOn());
      }
    }
  }

  private void add(Route route) {
    route.meshTargets().forEach(mesh::add);
    routes.put(route.circuit(), route);
  }

  /** A call may still be made over a connection to {@code target}. */
  boolean has(Target target) {
    Circuit circuit = target.circuit();
    if (circuit == null) {
      return true;
    }
    if (target.secured() instanceof Target.Mesh) {
      return mesh.contains(target);
    }
    Route route = routes.get(circuit);
    return route == null ? elsewhere.contains(circuit) : route.makes(target);
  }
}
