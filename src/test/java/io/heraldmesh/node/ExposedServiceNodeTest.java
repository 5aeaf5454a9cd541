package io.heraldmesh.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.admin.Health;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A node says where its services can be called past it, and serves all the same. */
@EnabledOnOs(OS.LINUX)
class ExposedServiceNodeTest {
  @TempDir private Path folder;

  @Test
  void aServiceOnEveryInterfaceStandsInHealthMetricsAndStatus() throws Exception {
    try (ServerSocket service = new ServerSocket(0);
        MeshFixture mesh = new MeshFixture(folder)) {
      mesh.workload("a", "web", "web", Map.of("app", "web"), 8080, service.getLocalPort());
      mesh.write(
          "web.yaml",
          """
          apiVersion: security.istio.io/v1
          kind: PeerAuthentication
          metadata: {name: default, namespace: a}
          spec: {mtls: {mode: STRICT}}
          """);
      Node node = mesh.start();
      Health.Report report = node.health().report();
      assertThat(report.state()).isEqualTo(Health.State.READY);
      assertThat(report.text())
          .startsWith("ready\nservices: the service of workload a/web port http listens on ")
          .contains(":" + service.getLocalPort() + ", where it is called past policy");
      assertThat(metrics(mesh)).contains("herald_exposed_services{node=\"node-1\"} 1");
      Await.until(
          "in the status of the mesh",
          () ->
              Await.result(node.meshStatus()).problems().stream()
                  .anyMatch(line -> line.startsWith("node node-1: the service of workload a/web")));
      assertThat(metrics(mesh)).contains("herald_event_loop_lag_seconds{node=\"node-1\"}");
    }
  }

  private static String metrics(MeshFixture mesh) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + mesh.port("metrics") + "/metrics");
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }
}
