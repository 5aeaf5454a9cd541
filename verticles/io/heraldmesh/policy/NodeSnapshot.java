package io.heraldmesh.policy;

import io.heraldmesh.jwt.KeySource;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All that one node enforces and may call, compiled. Immutable; swapped whole.
 *
 * @param node name of the node it is for
 * @param workloads one for each workload the node announced and is registered for
 * @param destinations what its workloads may call
 * @param special where single workloads call them otherwise
 * @param registryOnly captured calls may lead to {@code destinations} only; false: to any address
 */
public record NodeSnapshot(
    String node,
    List<WorkloadPolicy> workloads,
    List<Destination> destinations,
    List<CallerDestinations> special,
    boolean registryOnly) {

  public NodeSnapshot {
    workloads = List.copyOf(workloads);
    destinations = List.copyOf(destinations);
    special = List.copyOf(special);
  }

  /** A snapshot in which all workloads call alike. */
  public NodeSnapshot(String node, List<WorkloadPolicy> workloads, List<Destination> destinations) {
    this(node, workloads, destinations, List.of());
  }

  /** A snapshot in which captured calls may leave the mesh, as in Istio by default. */
  public NodeSnapshot(
      String node,
      List<WorkloadPolicy> workloads,
      List<Destination> destinations,
      List<CallerDestinations> special) {
    this(node, workloads, destinations, special, false);
  }

  /** The same, but for what its workloads may call. */
  public NodeSnapshot calling(List<Destination> others) {
    return new NodeSnapshot(node, workloads, others, special, registryOnly);
  }

  /** What one workload may call, as it calls it. */
  public List<Destination> destinations(Workload caller) {
    Map<Key, Destination> own = new HashMap<>();
    special.stream()
        .filter(s -> s.caller().equals(caller))
        .flatMap(s -> s.destinations().stream())
        .forEach(d -> own.put(Key.of(d), d));
    return own.isEmpty()
        ? destinations
        : destinations.stream().map(d -> own.getOrDefault(Key.of(d), d)).toList();
  }

  /** Where the keys of all its tokens come from, and how long a fetch may take. */
  public Map<KeySource, Duration> keySources() {
    Map<KeySource, Duration> sources = new HashMap<>();
    for (WorkloadPolicy workload : workloads) {
      workload
          .keySources()
          .forEach((source, time) -> sources.merge(source, time, WorkloadPolicy::longer));
    }
    return sources;
  }

  private record Key(String service, String sni) {
    static Key of(Destination destination) {
      return new Key(destination.service(), destination.sni());
    }
  }
}
