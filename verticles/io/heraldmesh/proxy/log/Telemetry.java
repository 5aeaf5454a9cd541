package io.heraldmesh.proxy.log;

import io.heraldmesh.policy.Reason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Metrics under Istio's standard names and labels, and the access log. Meters are looked up once
 * for each kind of call; the number of kinds is bounded. Thread-safe.
 */
public final class Telemetry {
  private final MeterRegistry registry;
  private final AccessLog accessLog;
  private final InstantSource clock;
  private final CallMeters<RequestMeters> requests;
  private final CallMeters<TcpMeters> connections;
  private final ConcurrentHashMap<String, Counter> decisions = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Counter> flags = new ConcurrentHashMap<>();

  /**
   * @param workloads of this node, by {@code namespace/name}
   */
  public Telemetry(
      MeterRegistry registry,
      AccessLog accessLog,
      Map<String, WorkloadTags> workloads,
      InstantSource clock) {
    this.registry = registry;
    this.accessLog = accessLog;
    this.clock = clock;
    int most = CallMeters.mostKinds(Runtime.getRuntime().maxMemory());
    this.requests =
        new CallMeters<>(most, workloads, (kind, tags) -> new RequestMeters(registry, kind, tags));
    this.connections =
        new CallMeters<>(most, workloads, (kind, tags) -> new TcpMeters(registry, tags));
  }

  public Instant now() {
    return clock.instant();
  }

  /**
   * Counts and logs a finished request.
   *
   * @param decided what the policy said, whatever came of the request afterwards
   */
  public void request(AccessEntry entry, Reason decided) {
    requests.of(CallKind.of(entry)).record(entry);
    decision(decided);
    flag(entry.flag());
    accessLog.log(entry);
  }

  /**
   * Counts an opened tunnel or TCP connection.
   *
   * @return where its bytes are counted while it is open
   */
  public TcpMeters opened(AccessEntry entry, Reason decided) {
    TcpMeters meters = connections.of(CallKind.of(entry));
    meters.opened();
    decision(decided);
    return meters;
  }

  /** Counts and logs one that is closed. */
  public void closed(AccessEntry entry) {
    connections.of(CallKind.of(entry)).closed();
    flag(entry.flag());
    accessLog.log(entry);
  }

  /** Counts and logs a connection that was refused before it carried anything. */
  public void refused(AccessEntry entry) {
    TcpMeters meters = connections.of(CallKind.of(entry));
    meters.opened();
    meters.closed();
    ended(entry);
  }

  /** Counts and logs why a connection has to end whose requests count for themselves. */
  public void ended(AccessEntry entry) {
    decision(entry.reason());
    flag(entry.flag());
    accessLog.log(entry);
  }

  /** Where connections are counted that a listener closed because it had enough, or no memory. */
  public Counter refusedConnections(String workload, String direction, String reason) {
    return registry.counter(
        "herald_connections_refused_total",
        "workload",
        workload,
        "direction",
        direction,
        "reason",
        reason);
  }

  private void decision(Reason reason) {
    decisions
        .computeIfAbsent(
            reason.code(), code -> registry.counter("herald_decisions_total", "reason", code))
        .increment();
  }

  private void flag(String flag) {
    if (!flag.equals(ResponseFlag.NONE)) {
      flags
          .computeIfAbsent(
              flag,
              what ->
                  what.equals("upstream_identity_refused")
                      ? registry.counter("herald_upstream_identity_refused_total")
                      : registry.counter("herald_failures_total", "flag", what))
          .increment();
    }
  }
}
