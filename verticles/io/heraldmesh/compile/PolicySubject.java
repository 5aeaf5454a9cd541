package io.heraldmesh.compile;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What policies look at to know whether they are for a workload.
 *
 * @param name empty when it has none that policies could mean
 * @param ports numbers of its ports by name; null: not known
 */
record PolicySubject(
    String namespace,
    String name,
    Map<String, String> labels,
    @Nullable Map<String, Integer> ports) {

  static PolicySubject of(MeshWorkload workload) {
    Map<String, Integer> ports = new TreeMap<>();
    workload.ports().forEach(port -> ports.put(port.name(), port.port()));
    return new PolicySubject(workload.namespace(), workload.name(), workload.labels(), ports);
  }
}
