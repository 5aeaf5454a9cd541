package io.heraldmesh.proxy.log;

import io.heraldmesh.policy.Reason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Metrics under the names and labels that Istio's users know, and the access log. Meters are looked
 * up once for each set of labels; the number of sets is bounded. Thread-safe.
 */
public final class Telemetry {
  private static final int MOST_LABEL_SETS = 2000;
  private static final String OTHER = "other";
  private static final String UNKNOWN = "unknown";
  private static final double[] BUCKETS_MILLIS = {
    0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000
  };

  private final MeterRegistry registry;
  private final AccessLog accessLog;
  private final InstantSource clock;
  private final ConcurrentHashMap<Labels, Meters> requests = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Labels, Counter> opened = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Labels, Counter> closed = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Counter> decisions = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Counter> flags = new ConcurrentHashMap<>();

  private record Labels(
      String reporter,
      String source,
      String destination,
      boolean mutualTls,
      String protocol,
      int status) {}

  private record Meters(Counter total, DistributionSummary millis) {}

  public Telemetry(MeterRegistry registry, AccessLog accessLog, InstantSource clock) {
    this.registry = registry;
    this.accessLog = accessLog;
    this.clock = clock;
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
    Meters meters = meters(labels(entry));
    meters.total.increment();
    meters.millis.record(entry.durationMicros() / 1000.0);
    decision(decided);
    flag(entry.flag());
    accessLog.log(entry);
  }

  /** Counts an opened tunnel or TCP connection. */
  public void opened(AccessEntry entry, Reason decided) {
    counter(opened, "istio_tcp_connections_opened_total", labels(entry)).increment();
    decision(decided);
  }

  /** Counts and logs one that is closed. */
  public void closed(AccessEntry entry) {
    counter(closed, "istio_tcp_connections_closed_total", labels(entry)).increment();
    flag(entry.flag());
    accessLog.log(entry);
  }

  /** Counts and logs a connection that was refused before it carried anything. */
  public void refused(AccessEntry entry) {
    decision(entry.reason());
    flag(entry.flag());
    accessLog.log(entry);
  }

  private void decision(Reason reason) {
    decisions
        .computeIfAbsent(
            reason.code(), code -> registry.counter("herald_decisions_total", "reason", code))
        .increment();
  }

  private void flag(String flag) {
    if (!flag.equals("-")) {
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

  private static Labels labels(AccessEntry entry) {
    return new Labels(
        entry.reporter(),
        orUnknown(entry.principal()),
        orUnknown(entry.destination()),
        entry.mutualTls(),
        entry.protocol(),
        entry.status());
  }

  private static String orUnknown(@Nullable String value) {
    return value == null ? UNKNOWN : value;
  }

  private Meters meters(Labels labels) {
    Meters known = requests.get(labels);
    if (known != null) {
      return known;
    }
    Labels bounded = bounded(labels, requests.size());
    return requests.computeIfAbsent(
        bounded,
        key -> {
          Tags tags = tags(key).and("response_code", Integer.toString(key.status));
          return new Meters(
              Counter.builder("istio_requests_total").tags(tags).register(registry),
              DistributionSummary.builder("istio_request_duration_milliseconds")
                  .tags(tags)
                  .serviceLevelObjectives(BUCKETS_MILLIS)
                  .register(registry));
        });
  }

  private Counter counter(ConcurrentHashMap<Labels, Counter> of, String name, Labels labels) {
    Counter known = of.get(labels);
    return known != null
        ? known
        : of.computeIfAbsent(bounded(labels, of.size()), key -> registry.counter(name, tags(key)));
  }

  /** Beyond the bound, who called and what was called are no longer told apart. */
  private static Labels bounded(Labels labels, int sets) {
    return sets < MOST_LABEL_SETS
        ? labels
        : new Labels(
            labels.reporter, OTHER, OTHER, labels.mutualTls, labels.protocol, labels.status);
  }

  private static Tags tags(Labels labels) {
    return Tags.of(
        "reporter",
        labels.reporter,
        "source_principal",
        labels.source,
        "destination_service",
        labels.destination,
        "connection_security_policy",
        labels.mutualTls ? "mutual_tls" : "none",
        "request_protocol",
        labels.protocol);
  }
}
