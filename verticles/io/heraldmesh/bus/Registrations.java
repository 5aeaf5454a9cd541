package io.heraldmesh.bus;

import io.heraldmesh.identity.WorkloadIdentity;
import java.util.Map;
import java.util.Set;

/**
 * For which workloads each node may ask certificates and announce endpoints. Immutable; swapped
 * whole.
 *
 * @param byNode name of the node to what may run on it
 */
public record Registrations(Map<String, Set<WorkloadIdentity>> byNode) {
  public static final Registrations NONE = new Registrations(Map.of());

  public Registrations {
    byNode = Map.copyOf(byNode);
  }

  /** True: {@code workload} may run on {@code node}. */
  public boolean allow(String node, WorkloadIdentity workload) {
    return byNode.getOrDefault(node, Set.of()).contains(workload);
  }
}
