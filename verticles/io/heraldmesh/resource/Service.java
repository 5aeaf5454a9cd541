package io.heraldmesh.resource;

import io.heraldmesh.resource.problem.Position;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Core {@code Service}.
 *
 * @param selector labels of its workloads; empty: it has no workloads of its own
 * @param addresses its virtual addresses, {@code clusterIPs}; none where it is headless
 * @param headless {@code clusterIP: None}
 * @param externalName of a Service of type ExternalName
 */
public record Service(
    Metadata metadata,
    Map<String, String> selector,
    List<Port> ports,
    List<String> addresses,
    boolean headless,
    @Nullable String externalName)
    implements Resource {
  /** Kubernetes' default; it is not the trust domain. */
  private static final String CLUSTER_DOMAIN = "cluster.local";

  public Service {
    selector = Collections.unmodifiableMap(new LinkedHashMap<>(selector));
    ports = List.copyOf(ports);
    addresses = List.copyOf(addresses);
  }

  /** The full DNS name. */
  public String fullHost() {
    return fullHost(metadata.name(), metadata.namespace());
  }

  /** The full DNS name of a service that may not be there. */
  public static String fullHost(String name, String namespace) {
    return name + "." + namespace + ".svc." + CLUSTER_DOMAIN;
  }

  /**
   * {@code ports[]}.
   *
   * @param name empty when not written
   * @param targetPort number on the workload; 0 when it is given by name
   * @param targetPortName name of a workload's port; null when it is given by number
   * @param protocol TCP, UDP or SCTP
   * @param appProtocol empty when not written
   */
  public record Port(
      Position at,
      String name,
      int port,
      int targetPort,
      @Nullable String targetPortName,
      String protocol,
      String appProtocol) {}
}
