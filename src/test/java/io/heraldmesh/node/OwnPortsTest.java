package io.heraldmesh.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.cli.demo.WireClient;
import io.heraldmesh.policy.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No resource leads a caller to the node's own pages or around in a circle. */
class OwnPortsTest {
  private static final Workload CALLER = new Workload("a", "caller");

  @TempDir private Path folder;

  @Test
  void theNodesOwnPortsAreNotCalledThroughItEvenWhereItsMachineMayBe() throws Exception {
    try (App app = App.httpbin();
        MeshFixture mesh = new MeshFixture(folder)) {
      mesh.workload("a", "caller", "caller", Map.of(), 0, 0);
      mesh.write("app.yaml", entry("before", app.port()));
      mesh.write(
          "peers.yaml",
          """
          apiVersion: security.istio.io/v1
          kind: PeerAuthentication
          metadata: {name: default, namespace: a}
          spec: {mtls: {mode: STRICT}}
          """);
      Node node = mesh.start();
      assertThat(status(node, "before")).isEqualTo(200);
      mesh.write("metrics.yaml", entry("metrics", mesh.port("metrics")));
      mesh.write("health.yaml", entry("health", mesh.port("health")));
      mesh.write("circle.yaml", entry("circle", node.outbound(CALLER)));
      for (String own : List.of("metrics", "health", "circle")) {
        Await.until(own + " is known", () -> status(node, own) != 502);
        assertThat(status(node, own)).as(own).isEqualTo(503);
      }
      assertThat(status(node, "before")).isEqualTo(200);
    }
  }

  private static int status(Node node, String host) {
    try {
      return WireClient.once(node.outbound(CALLER), "GET", host + ".test", "/", List.of()).status();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String entry(String host, int port) {
    return """
    apiVersion: networking.istio.io/v1
    kind: ServiceEntry
    metadata: {name: %1$s, namespace: a}
    spec:
      hosts: [%1$s.test]
      resolution: STATIC
      ports: [{name: http, number: 80, protocol: HTTP, targetPort: %2$d}]
      endpoints: [{address: 127.0.0.1}]
    """
        .formatted(host, port);
  }
}
