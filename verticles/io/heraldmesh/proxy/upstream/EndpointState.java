package io.heraldmesh.proxy.upstream;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * What one workload knows of one endpoint; outlives the snapshots that name it. Thread-safe.
 *
 * @param active requests and connections under way to it
 */
record EndpointState(AtomicInteger active, Ejection ejection) {
  EndpointState() {
    this(new AtomicInteger(), new Ejection());
  }
}
