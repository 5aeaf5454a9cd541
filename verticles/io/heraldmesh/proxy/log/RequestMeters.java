package io.heraldmesh.proxy.log;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import org.jspecify.annotations.Nullable;

/** Istio's standard metrics of requests, for one kind of call. Thread-safe. */
final class RequestMeters {
  private static final double[] MILLIS = {
    0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000
  };
  private static final double[] BYTES = {
    1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000
  };

  private final Counter total;
  private final DistributionSummary millis;
  private final DistributionSummary requestBytes;
  private final DistributionSummary responseBytes;
  private final @Nullable Counter requestMessages;
  private final @Nullable Counter responseMessages;

  RequestMeters(MeterRegistry registry, CallKind kind, Tags labels) {
    String grpc = kind.grpcStatus();
    Tags tags =
        labels.and(
            "response_code", code(kind.status()), "grpc_response_status", grpc == null ? "" : grpc);
    total = counter(registry, "istio_requests_total", "Requests.", tags);
    millis =
        summary(
            registry,
            "istio_request_duration_milliseconds",
            "From the head of a request to the end of its response.",
            MILLIS,
            tags);
    requestBytes = summary(registry, "istio_request_bytes", "Request bodies.", BYTES, tags);
    responseBytes = summary(registry, "istio_response_bytes", "Response bodies.", BYTES, tags);
    requestMessages =
        kind.isGrpc()
            ? counter(registry, "istio_request_messages_total", "gRPC messages of clients.", tags)
            : null;
    responseMessages =
        kind.isGrpc()
            ? counter(registry, "istio_response_messages_total", "gRPC messages of services.", tags)
            : null;
  }

  private static String code(int status) {
    return status > 0 && status < 10 ? status + "xx" : Integer.toString(status);
  }

  void record(AccessEntry entry) {
    total.increment();
    millis.record(entry.durationMicros() / 1000.0);
    requestBytes.record((double) entry.bytesIn());
    responseBytes.record((double) entry.bytesOut());
    GrpcCall grpc = entry.grpc();
    if (grpc != null && requestMessages != null && responseMessages != null) {
      requestMessages.increment((double) grpc.requestMessages());
      responseMessages.increment((double) grpc.responseMessages());
    }
  }

  private static Counter counter(MeterRegistry registry, String name, String help, Tags tags) {
    return Counter.builder(name).description(help).tags(tags).register(registry);
  }

  private static DistributionSummary summary(
      MeterRegistry registry, String name, String help, double[] buckets, Tags tags) {
    return DistributionSummary.builder(name)
        .description(help)
        .tags(tags)
        .serviceLevelObjectives(buckets)
        .register(registry);
  }
}
