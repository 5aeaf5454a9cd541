package io.heraldmesh.policy;

import java.util.List;

/**
 * All that one node enforces and may call, compiled. Immutable; swapped whole.
 *
 * @param node name of the node it is for
 * @param workloads one for each workload the node announced and is registered for
 * @param destinations what its workloads may call
 */
public record NodeSnapshot(
    String node, List<WorkloadPolicy> workloads, List<Destination> destinations) {

  public NodeSnapshot {
    workloads = List.copyOf(workloads);
    destinations = List.copyOf(destinations);
  }
}
