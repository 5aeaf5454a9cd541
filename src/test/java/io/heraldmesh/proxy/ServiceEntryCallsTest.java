package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.resource.read.ResourceReader;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A ServiceEntry is called by its hosts, and counted and logged under the one that was called. */
class ServiceEntryCallsTest {
  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    mesh = Mesh.ready();
    mesh.destinations(
        new MeshCompiler(Mesh.DOMAIN)
            .compile(ResourceReader.read("test.yaml", entry(mesh.app.address().port())), List.of())
            .destinations());
  }

  private static String entry(int port) {
    return """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: ext, namespace: a}
        spec:
          hosts: [api.example.com, www.example.com]
          location: MESH_EXTERNAL
          resolution: STATIC
          ports: [{name: http, number: 80, protocol: HTTP}]
          endpoints: [{address: 127.0.0.1, ports: {http: %d}}]
        """
        .formatted(port);
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  @Test
  void eachOfItsHostsIsAServiceInTheMetrics() throws Exception {
    for (String host : List.of("api.example.com", "www.example.com")) {
      try (RawClient client = mesh.call()) {
        assertThat(client.get("/a", host).status()).isEqualTo(200);
      }
      Mesh.eventually(() -> counted(host) == 1);
      assertThat(mesh.logged("source").destination()).isEqualTo("a/ext");
    }
  }

  @Test
  void itsOwnNameLeadsNowhere() throws Exception {
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/a", "ext").status()).isEqualTo(502);
    }
    assertThat(mesh.app.seen()).isEmpty();
  }

  private double counted(String host) {
    return mesh
        .meters
        .find("istio_requests_total")
        .tags(
            "reporter",
            "source",
            "destination_service",
            host,
            "destination_service_name",
            host,
            "destination_service_namespace",
            "a")
        .counters()
        .stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }
}
