package io.heraldmesh.compile;

import io.heraldmesh.policy.Protocol;
import java.util.List;
import java.util.Map;

/**
 * One workload that a node announced and is registered for.
 *
 * @param node name of the node
 * @param labels what selectors look at
 * @param ready false: known, but no endpoint
 * @param stale true: its node is not heard of any more. That is no proof that it is gone, so it is
 *     an endpoint as long as its service has no other
 */
public record MeshWorkload(
    String node,
    String namespace,
    String name,
    String serviceAccount,
    Map<String, String> labels,
    List<Port> ports,
    boolean ready,
    boolean stale) {

  public MeshWorkload {
    labels = Map.copyOf(labels);
    ports = List.copyOf(ports);
  }

  /** One whose node is heard of. */
  public MeshWorkload(
      String node,
      String namespace,
      String name,
      String serviceAccount,
      Map<String, String> labels,
      List<Port> ports,
      boolean ready) {
    this(node, namespace, name, serviceAccount, labels, ports, ready, false);
  }

  /**
   * @param name may be empty; what a service's {@code targetPort} may name
   * @param port the workload port
   * @param host where the node's inbound listener for it is reached: IP literal or name
   * @param advertisedPort the same
   */
  public record Port(String name, int port, Protocol protocol, String host, int advertisedPort) {}
}
