package io.heraldmesh.proxy.listener;

import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.Limits;
import io.heraldmesh.proxy.log.Telemetry;
import io.heraldmesh.proxy.overload.Overload;
import io.heraldmesh.proxy.upstream.Upstreams;
import io.heraldmesh.tls.MeshTls;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What all listeners of a data path share.
 *
 * @param inForce the snapshot in force; its value is {@link InForce#NOTHING} before the first
 */
public record ListenerContext(
    Limits limits,
    MeshTls tls,
    Upstreams upstreams,
    Telemetry telemetry,
    Supplier<KeySets> keySets,
    Supplier<InForce> inForce,
    OpenConnections open,
    Overload overload,
    Newcomers newcomers,
    UnfinishedHeads heads,
    InstantSource clock) {

  /** For one more listener that callers elsewhere reach. */
  ConnectionLimit inboundLimit(Workload workload) {
    return inboundLimit(workload.toString());
  }

  /**
   * The same.
   *
   * @param whose for the metric
   */
  ConnectionLimit inboundLimit(String whose) {
    return limit(whose, "inbound", new SourceLimit(limits.connectionsPerAddress()));
  }

  /** For one more listener that serves this machine alone. */
  ConnectionLimit outboundLimit(Workload workload) {
    return limit(workload.toString(), "outbound", null);
  }

  private ConnectionLimit limit(String whose, String direction, @Nullable SourceLimit sources) {
    return new ConnectionLimit(
        limits.connections(),
        sources,
        overload,
        reason -> telemetry.refusedConnections(whose, direction, reason));
  }
}
