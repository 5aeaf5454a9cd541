package io.heraldmesh.proxy;

import io.heraldmesh.identity.TrustDomain;
import java.util.List;

/**
 * What the data path of one node is to do; fixed while it runs.
 *
 * @param allowLoopback true: calls may lead to services of this machine that prove no identity
 */
public record ProxySettings(
    String node,
    TrustDomain trustDomain,
    List<WorkloadSettings> workloads,
    Limits limits,
    boolean allowLoopback) {

  public ProxySettings {
    workloads = List.copyOf(workloads);
  }
}
