package io.heraldmesh.proxy;

import io.heraldmesh.identity.TrustDomain;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the data path of one node is to do; fixed while it runs.
 *
 * @param allowLoopback true: calls may lead to services of this machine that prove no identity
 * @param capture where calls to its workloads come in that the system captures; null: none are
 * @param transparent captured connections keep their addresses (TPROXY)
 */
public record ProxySettings(
    String node,
    TrustDomain trustDomain,
    List<WorkloadSettings> workloads,
    Limits limits,
    boolean allowLoopback,
    @Nullable ListenAddress capture,
    boolean transparent) {

  public ProxySettings {
    workloads = List.copyOf(workloads);
  }

  /** A node that captures no calls to its workloads. */
  public ProxySettings(
      String node,
      TrustDomain trustDomain,
      List<WorkloadSettings> workloads,
      Limits limits,
      boolean allowLoopback) {
    this(node, trustDomain, workloads, limits, allowLoopback, null, false);
  }

  /**
   * Whether others reach workloads of this node, and every socket that they do so by outlives this
   * process: who connects meanwhile waits for the next one.
   */
  boolean keptOpen() {
    List<ListenAddress> reached =
        Stream.concat(
                workloads.stream()
                    .flatMap(workload -> workload.ports().stream())
                    .map(InboundPort::listen),
                Stream.ofNullable(capture))
            .toList();
    return !reached.isEmpty() && reached.stream().allMatch(ListenAddress::inherited);
  }
}
