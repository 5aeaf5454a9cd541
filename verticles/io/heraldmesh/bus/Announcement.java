package io.heraldmesh.bus;

import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.Protocol;
import java.util.List;
import java.util.Map;

/**
 * What runs on the node that signed it; replaces what the node announced before. One that exists
 * can be compiled for every other node: all of these records throw {@link IllegalArgumentException}
 * for names, hosts, ports and numbers of them that are not as said here, and on the bus such a
 * message is {@link BusFailure#MALFORMED}.
 *
 * @param sequence rises with every announcement of a node, also over restarts, see {@link
 *     DistributorService#lastSequence}; a lower one than the last is not acted on. At most {@value
 *     #MOST_SEQUENCE}, so that there is always a higher one
 * @param schemaLevel the newest {@link SchemaLevel} that the node knows
 * @param workloads at most {@value #MOST_WORKLOADS}
 */
public record Announcement(long sequence, int schemaLevel, List<AnnouncedWorkload> workloads) {
  static final long MOST_SEQUENCE = 1L << 62;
  static final int MOST_WORKLOADS = 1000;
  static final int MOST_PORTS = 1000;
  static final int MOST_LABELS = 100;

  public Announcement {
    workloads = List.copyOf(workloads);
    AnnouncedNames.requireSequence(sequence);
    AnnouncedNames.require(schemaLevel >= SchemaLevel.FIRST, "there is no such schema level");
    AnnouncedNames.requireAtMost(MOST_WORKLOADS, workloads.size(), "workloads");
  }

  /** Of a node of this version. */
  public Announcement(long sequence, List<AnnouncedWorkload> workloads) {
    this(sequence, SchemaLevel.NEWEST, workloads);
  }

  /**
   * @param namespace a DNS label
   * @param name a DNS name in lower case; the same for {@code serviceAccount}
   * @param labels as in Kubernetes, at most {@value #MOST_LABELS}
   * @param ports at most {@value #MOST_PORTS}
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
      AnnouncedNames.requireNamespace(namespace);
      AnnouncedNames.requireObjectName(name);
      AnnouncedNames.requireObjectName(serviceAccount);
      AnnouncedNames.requireAtMost(MOST_LABELS, labels.size(), "labels");
      AnnouncedNames.requireLabels(labels);
      AnnouncedNames.requireAtMost(MOST_PORTS, ports.size(), "ports");
    }

    /** The same, and an endpoint. */
    public AnnouncedWorkload asReady() {
      return new AnnouncedWorkload(namespace, name, serviceAccount, labels, ports, true);
    }
  }

  /**
   * @param name at most 63 letters, digits and {@code -}; may be empty
   * @param port the workload port, as services name it in {@code targetPort}; 1 to 65535
   * @param host where others reach it: the address of the node's inbound listener, as {@link
   *     Endpoint#isHost} takes it
   * @param advertisedPort the same; 1 to 65535
   */
  public record AnnouncedPort(
      String name, int port, Protocol protocol, String host, int advertisedPort) {

    public AnnouncedPort {
      AnnouncedNames.requirePortName(name);
      AnnouncedNames.require(
          Endpoint.isPort(port) && Endpoint.isPort(advertisedPort), "a port is 1 to 65535");
      AnnouncedNames.require(
          Endpoint.isHost(host), "a host is an IP literal without a zone, or a DNS name");
    }
  }
}
