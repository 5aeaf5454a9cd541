package io.heraldmesh.bus;

import io.heraldmesh.policy.Protocol;
import java.util.List;
import java.util.Map;

/**
 * What runs on the node that signed it; replaces what the node announced before.
 *
 * @param sequence rises with every announcement of a node, also over restarts, see {@link
 *     DistributorService#lastSequence}; a lower one than the last is not acted on
 * @param schemaLevel the newest {@link SchemaLevel} that the node knows
 */
public record Announcement(long sequence, int schemaLevel, List<AnnouncedWorkload> workloads) {

  public Announcement {
    workloads = List.copyOf(workloads);
  }

  /** Of a node of this version. */
  public Announcement(long sequence, List<AnnouncedWorkload> workloads) {
    this(sequence, SchemaLevel.NEWEST, workloads);
  }

  /**
   * @param ready false: known, but no endpoint
   */
  public record AnnouncedWorkload(
      String namespace,
      String name,
      String serviceAccount,
      Map<String, String> labels,
      List<AnnouncedPort> ports,
      boolean ready) {

    public AnnouncedWorkload {
      labels = Map.copyOf(labels);
      ports = List.copyOf(ports);
    }

    /** The same, and an endpoint. */
    public AnnouncedWorkload asReady() {
      return new AnnouncedWorkload(namespace, name, serviceAccount, labels, ports, true);
    }
  }

  /**
   * @param port the workload port, as services name it in {@code targetPort}
   * @param host where others reach it: the address of the node's inbound listener
   * @param advertisedPort the same
   */
  public record AnnouncedPort(
      String name, int port, Protocol protocol, String host, int advertisedPort) {}
}
