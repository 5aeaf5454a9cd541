package io.heraldmesh.distributor;

import io.heraldmesh.bus.Announcement.AnnouncedWorkload;
import io.heraldmesh.compile.MeshWorkload;
import java.util.List;

/** What a node announced, as the compiler takes it. */
final class AnnouncedWorkloads {
  private AnnouncedWorkloads() {}

  /**
   * {@code ready} as announced.
   *
   * @param stale the node is not heard of any more
   */
  static List<MeshWorkload> of(String node, List<AnnouncedWorkload> workloads, boolean stale) {
    return workloads.stream()
        .map(
            w ->
                new MeshWorkload(
                    node,
                    w.namespace(),
                    w.name(),
                    w.serviceAccount(),
                    w.labels(),
                    w.ports().stream()
                        .map(
                            p ->
                                new MeshWorkload.Port(
                                    p.name(), p.port(), p.protocol(), p.host(), p.advertisedPort()))
                        .toList(),
                    w.ready(),
                    stale))
        .toList();
  }
}
