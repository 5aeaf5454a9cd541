package io.heraldmesh.proxy;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.policy.Workload;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A workload of this node.
 *
 * @param outbound where its calls come in; null: it makes none through the proxy
 */
public record WorkloadSettings(
    Workload workload,
    String serviceAccount,
    Map<String, String> labels,
    @Nullable ListenAddress outbound,
    List<OutboundPort> outboundPorts,
    List<InboundPort> ports) {

  public WorkloadSettings {
    labels = Map.copyOf(labels);
    outboundPorts = List.copyOf(outboundPorts);
    ports = List.copyOf(ports);
  }

  /** The identity it shows. */
  public SpiffeId identity(TrustDomain trustDomain) {
    return SpiffeId.workload(trustDomain, workload.namespace(), serviceAccount);
  }
}
