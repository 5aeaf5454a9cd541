package io.heraldmesh.proxy.listener;

import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.Limits;
import io.heraldmesh.proxy.log.Telemetry;
import io.heraldmesh.proxy.upstream.Upstreams;
import io.heraldmesh.tls.MeshTls;
import java.time.InstantSource;
import java.util.function.Supplier;

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
    InstantSource clock) {

  /** For one more listener. */
  ConnectionLimit connectionLimit(Workload workload, String direction) {
    return new ConnectionLimit(
        limits.connections(), telemetry.refusedConnections(workload.toString(), direction));
  }
}
