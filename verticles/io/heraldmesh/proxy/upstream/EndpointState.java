package io.heraldmesh.proxy.upstream;

import java.util.concurrent.atomic.AtomicInteger;

/** What one workload knows of one endpoint; outlives the snapshots that name it. Thread-safe. */
final class EndpointState {
  private final AtomicInteger active = new AtomicInteger();
  private final Ejection ejection = new Ejection();

  /** Requests and connections under way to it. */
  AtomicInteger active() {
    return active;
  }

  Ejection ejection() {
    return ejection;
  }
}
