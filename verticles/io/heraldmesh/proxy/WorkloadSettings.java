package io.heraldmesh.proxy;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.capture.RunAs;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A workload of this node.
 *
 * @param outbound where its calls come in; null: it makes none through the proxy
 * @param capture where calls that the system captures come in; null: none are captured
 * @param runAs whose processes it is; null: not said
 */
public record WorkloadSettings(
    Workload workload,
    String serviceAccount,
    Map<String, String> labels,
    @Nullable ListenAddress outbound,
    List<OutboundPort> outboundPorts,
    List<InboundPort> ports,
    @Nullable ListenAddress capture,
    @Nullable RunAs runAs) {

  public WorkloadSettings {
    labels = Map.copyOf(labels);
    outboundPorts = List.copyOf(outboundPorts);
    ports = List.copyOf(ports);
  }

  /** A workload whose calls are not captured. */
  public WorkloadSettings(
      Workload workload,
      String serviceAccount,
      Map<String, String> labels,
      @Nullable ListenAddress outbound,
      List<OutboundPort> outboundPorts,
      List<InboundPort> ports) {
    this(workload, serviceAccount, labels, outbound, outboundPorts, ports, null, null);
  }

  /** The identity it shows. */
  public SpiffeId identity(TrustDomain trustDomain) {
    return SpiffeId.workload(trustDomain, workload.namespace(), serviceAccount);
  }
}
