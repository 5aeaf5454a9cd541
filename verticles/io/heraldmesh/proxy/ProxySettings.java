package io.heraldmesh.proxy;

import io.heraldmesh.identity.TrustDomain;
import java.util.List;

/** What the data path of one node is to do; fixed while it runs. */
public record ProxySettings(
    String node, TrustDomain trustDomain, List<WorkloadSettings> workloads, Limits limits) {

  public ProxySettings {
    workloads = List.copyOf(workloads);
  }
}
