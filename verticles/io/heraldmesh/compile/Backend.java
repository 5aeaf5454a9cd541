package io.heraldmesh.compile;

import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.MtlsMode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One address behind a service port, before it is known how a caller reaches it.
 *
 * @param workloadPort the service's own port there
 * @param labels of its workload: subsets select by them
 * @param proxied a proxy stands in front of it
 * @param mode PeerAuthentication of its workload port
 * @param stale the node that announced it and is not heard of any more; null: it is none such
 */
record Backend(
    String host,
    int port,
    int workloadPort,
    Map<String, String> labels,
    boolean proxied,
    MtlsMode mode,
    @Nullable String stale) {
  Backend {
    labels = Map.copyOf(labels);
  }

  /** A name or address that is nobody's workload. */
  static Backend external(String host, int port) {
    return new Backend(host, port, port, Map.of(), false, MtlsMode.PERMISSIVE, null);
  }

  boolean takesMeshTls() {
    return proxied && mode != MtlsMode.DISABLE;
  }

  /** False: nobody can dial it, and a proxy takes no snapshot with such an endpoint. */
  boolean canBeDialled() {
    return Endpoint.isHost(host) && Endpoint.isPort(port) && Endpoint.isPort(workloadPort);
  }

  String address() {
    return host + " port " + port;
  }
}
