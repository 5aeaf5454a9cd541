package io.heraldmesh.distributor;

import io.heraldmesh.compile.MeshWorkload;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which announced workloads count as endpoints. */
final class Presence {
  private Presence() {}

  /** What selectors cannot tell apart. */
  private record Kind(String namespace, Map<String, String> labels) {}

  /**
   * Those of silent nodes are no endpoints any more, unless nobody else is left: that the control
   * plane lost sight of the last one is no proof that it is gone.
   */
  static List<MeshWorkload> workloads(Collection<NodeRecord> nodes) {
    Set<Kind> present = new HashSet<>();
    for (NodeRecord node : nodes) {
      if (!node.silent()) {
        node.meshWorkloads().stream()
            .filter(MeshWorkload::ready)
            .map(Presence::kind)
            .forEach(present::add);
      }
    }
    List<MeshWorkload> all = new ArrayList<>();
    for (NodeRecord node : nodes) {
      for (MeshWorkload workload : node.meshWorkloads()) {
        boolean counts = !node.silent() || !present.contains(kind(workload));
        all.add(counts ? workload : notReady(workload));
      }
    }
    return all;
  }

  private static Kind kind(MeshWorkload workload) {
    return new Kind(workload.namespace(), workload.labels());
  }

  private static MeshWorkload notReady(MeshWorkload w) {
    return new MeshWorkload(
        w.node(), w.namespace(), w.name(), w.serviceAccount(), w.labels(), w.ports(), false);
  }
}
