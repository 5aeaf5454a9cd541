package io.heraldmesh.bus;

import io.heraldmesh.identity.WorkloadIdentity;
import java.util.Map;
import java.util.Set;

/**
 * For which workloads each node may ask certificates and announce endpoints, and where it may be
 * reached besides the address that it is attached from. Immutable; swapped whole.
 *
 * @param byNode name of the node to what may run on it
 * @param addresses name of the node to the addresses that are registered for it
 */
public record Registrations(
    Map<String, Set<WorkloadIdentity>> byNode, Map<String, Set<AdvertisedAddress>> addresses) {
  public static final Registrations NONE = new Registrations(Map.of());

  public Registrations {
    byNode = Map.copyOf(byNode);
    addresses = Map.copyOf(addresses);
  }

  /** Without registered addresses. */
  public Registrations(Map<String, Set<WorkloadIdentity>> byNode) {
    this(byNode, Map.of());
  }

  /** True: {@code workload} may run on {@code node}. */
  public boolean allow(String node, WorkloadIdentity workload) {
    return byNode.getOrDefault(node, Set.of()).contains(workload);
  }

  /** True: an address that is registered for {@code node} covers {@code host}. */
  public boolean reached(String node, String host) {
    return addresses.getOrDefault(node, Set.of()).stream().anyMatch(its -> its.covers(host));
  }
}
