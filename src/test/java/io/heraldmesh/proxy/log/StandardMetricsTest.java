package io.heraldmesh.proxy.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Reason;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Dashboards made for Istio find the metrics, labels and values that they ask for. */
class StandardMetricsTest {
  private static final Reason ALLOWED = new Reason("allowed", "nothing restricts it");

  private static final String SERVER = "spiffe://mesh.test/ns/b/sa/server";

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Telemetry telemetry =
      new Telemetry(
          meters,
          AccessLog.NONE,
          Map.of(
              "b/server",
              WorkloadTags.of("b", "server", SERVER, Map.of("app", "shop", "version", "v2"))),
          InstantSource.system());

  @Test
  void aServedRequestHasEveryLabelOfIstio() {
    telemetry.request(call("destination", "a/x", 200, "-", null), ALLOWED);
    assertThat(labels("istio_requests_total"))
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("reporter", "destination"),
                Map.entry("source_workload", "unknown"),
                Map.entry("source_workload_namespace", "a"),
                Map.entry("source_principal", "spiffe://mesh.test/ns/a/sa/client"),
                Map.entry("source_app", "unknown"),
                Map.entry("source_version", "unknown"),
                Map.entry("source_cluster", "unknown"),
                Map.entry("source_canonical_service", "unknown"),
                Map.entry("source_canonical_revision", "unknown"),
                Map.entry("destination_workload", "server"),
                Map.entry("destination_workload_namespace", "b"),
                Map.entry("destination_principal", SERVER),
                Map.entry("destination_app", "shop"),
                Map.entry("destination_version", "v2"),
                Map.entry("destination_cluster", "unknown"),
                Map.entry("destination_canonical_service", "shop"),
                Map.entry("destination_canonical_revision", "v2"),
                Map.entry("destination_service", "x.a.svc.cluster.local"),
                Map.entry("destination_service_name", "x"),
                Map.entry("destination_service_namespace", "a"),
                Map.entry("request_protocol", "http"),
                Map.entry("response_code", "200"),
                Map.entry("grpc_response_status", ""),
                Map.entry("response_flags", "-"),
                Map.entry("connection_security_policy", "mutual_tls")));
  }

  @Test
  void theCallingSideLeavesTheSecurityOfTheConnectionToTheCalledSide() {
    telemetry.request(call("source", "b/x", 503, "upstream_identity_refused", null), ALLOWED);
    assertThat(labels("istio_requests_total"))
        .containsEntry("connection_security_policy", "unknown")
        .containsEntry("response_flags", "UF")
        .containsEntry("source_workload", "server")
        .containsEntry("destination_workload", "unknown")
        .containsEntry("destination_principal", "unknown")
        .containsEntry("destination_workload_namespace", "b");
  }

  @Test
  void bytesAndTimeAreDistributions() {
    telemetry.request(call("destination", "b/x", 200, "-", null), ALLOWED);
    assertThat(meters.get("istio_request_bytes").summary().totalAmount()).isEqualTo(10);
    assertThat(meters.get("istio_response_bytes").summary().totalAmount()).isEqualTo(20);
    assertThat(meters.get("istio_request_duration_milliseconds").summary().totalAmount())
        .isEqualTo(1.5);
  }

  @Test
  void aGrpcCallCountsItsMessagesAndStatus() {
    telemetry.request(call("destination", "b/x", 200, "-", new GrpcCall("7", 3, 4)), ALLOWED);
    assertThat(labels("istio_requests_total"))
        .containsEntry("request_protocol", "grpc")
        .containsEntry("grpc_response_status", "7");
    assertThat(meters.get("istio_request_messages_total").counter().count()).isEqualTo(3);
    assertThat(meters.get("istio_response_messages_total").counter().count()).isEqualTo(4);
  }

  @Test
  void aConnectionsBytesAreCountedWhileItIsOpen() {
    TcpMeters open = telemetry.opened(tcp(), ALLOWED);
    open.passed(100, 200);
    open.passed(1, 2);
    assertThat(meters.get("istio_tcp_received_bytes_total").counter().count()).isEqualTo(101);
    assertThat(meters.get("istio_tcp_sent_bytes_total").counter().count()).isEqualTo(202);
    assertThat(meters.get("istio_tcp_connections_opened_total").counter().count()).isEqualTo(1);
    assertThat(meters.get("istio_tcp_connections_closed_total").counter().count()).isZero();
    telemetry.closed(tcp());
    assertThat(meters.get("istio_tcp_connections_closed_total").counter().count()).isEqualTo(1);
  }

  @Test
  void callersBeyondTheBoundAreCountedTogether() {
    for (int i = 0; i < 5000; i++) {
      telemetry.request(from("mesh.test/ns/n" + i + "/sa/s"), ALLOWED);
    }
    assertThat(meters.find("istio_requests_total").counters()).hasSizeLessThanOrEqualTo(2001);
    assertThat(
            meters.get("istio_requests_total").tag("source_principal", "other").counter().count())
        .isEqualTo(3000);
  }

  /** Codes, flags and statuses of gRPC are what services answer. */
  @Test
  void beyondTheBoundCodesAreToldByTheirClassAlone() {
    for (int i = 0; i < 2000; i++) {
      telemetry.request(from("mesh.test/ns/n" + i + "/sa/s"), ALLOWED);
    }
    for (int status = 200; status < 600; status++) {
      telemetry.request(call("destination", "b/x", status, "-", null), ALLOWED);
    }
    for (int status = 0; status <= 16; status++) {
      GrpcCall grpc = new GrpcCall(Integer.toString(status), 1, 1);
      telemetry.request(call("destination", "b/x", 200, "-", grpc), ALLOWED);
    }
    assertThat(meters.get("istio_requests_total").tag("source_principal", "other").counters())
        .extracting(c -> c.getId().getTag("request_protocol") + c.getId().getTag("response_code"))
        .containsExactlyInAnyOrder(
            "http2xx", "http3xx", "http4xx", "http5xx", "grpc2xx", "grpc2xx");
    assertThat(
            meters
                .get("istio_requests_total")
                .tags("source_principal", "other", "response_code", "4xx")
                .counter()
                .count())
        .isEqualTo(100);
  }

  @Test
  void aSmallHeapTellsFewerKindsApart() {
    assertThat(CallMeters.mostKinds(1L << 30)).isEqualTo(2000);
    assertThat(CallMeters.mostKinds(64L << 20)).isEqualTo(512);
    assertThat(CallMeters.mostKinds(1L << 20)).isEqualTo(100);
  }

  @Test
  void messagesAreCountedForGrpcAlone() {
    telemetry.request(call("destination", "b/x", 200, "-", null), ALLOWED);
    assertThat(meters.find("istio_request_messages_total").meters()).isEmpty();
    assertThat(meters.find("istio_response_messages_total").meters()).isEmpty();
  }

  @Test
  void aRefusedConnectionWasOpenedAndClosed() {
    telemetry.refused(tcp());
    assertThat(meters.get("istio_tcp_connections_opened_total").counter().count()).isEqualTo(1);
    assertThat(meters.get("istio_tcp_connections_closed_total").counter().count()).isEqualTo(1);
  }

  @Test
  void aWorkloadsNamesComeFromTheLabelsThatIstioReads() {
    assertThat(WorkloadTags.of("n", "w", SERVER, Map.of()))
        .isEqualTo(new WorkloadTags("w", "n", SERVER, "unknown", "unknown", "w", "latest"));
    assertThat(
            WorkloadTags.of(
                "n",
                "w",
                SERVER,
                Map.of(
                    "app", "a",
                    "app.kubernetes.io/name", "k",
                    "app.kubernetes.io/version", "kv",
                    "service.istio.io/canonical-name", "c",
                    "version", "v")))
        .isEqualTo(new WorkloadTags("w", "n", SERVER, "a", "v", "c", "kv"));
  }

  private Map<String, String> labels(String name) {
    Meter.Id id = meters.get(name).meter().getId();
    return id.getTags().stream().collect(Collectors.toMap(Tag::getKey, Tag::getValue));
  }

  private static AccessEntry from(String principal) {
    return entry("destination", "http/1.1", principal, "b/x", 200, "-", null);
  }

  private static AccessEntry tcp() {
    return entry("destination", "tcp", "mesh.test/ns/a/sa/client", "b/x", 0, "-", null);
  }

  private static AccessEntry call(
      String reporter, String destination, int status, String flag, @Nullable GrpcCall grpc) {
    return entry(reporter, "h2", "mesh.test/ns/a/sa/client", destination, status, flag, grpc);
  }

  private static AccessEntry entry(
      String reporter,
      String protocol,
      String principal,
      String destination,
      int status,
      String flag,
      @Nullable GrpcCall grpc) {
    return new AccessEntry(
        Instant.EPOCH,
        reporter,
        "b/server",
        protocol,
        "GET",
        "x.b",
        "/",
        status,
        flag,
        ALLOWED,
        false,
        principal,
        null,
        true,
        CalledService.workload(destination, 80),
        "127.0.0.1",
        "127.0.0.1:9000",
        "id",
        null,
        grpc,
        10,
        20,
        1500);
  }
}
