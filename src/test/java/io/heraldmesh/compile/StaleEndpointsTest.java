package io.heraldmesh.compile;

import static io.heraldmesh.compile.Meshes.COMPILER;
import static io.heraldmesh.compile.Meshes.read;
import static io.heraldmesh.compile.Meshes.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.resource.Resources;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A node that is not heard of is an endpoint only of services that have no other. */
class StaleEndpointsTest {
  private static final MeshWorkload THERE = workload("n1", "10.0.0.1", "v1", true, false);
  private static final MeshWorkload STALE = workload("n2", "10.0.0.2", "v2", true, true);

  @Test
  void itIsNoneWhereAnotherIsLeftWhateverLabelsTellThemApart() {
    CompiledMesh mesh = COMPILER.compile(read(service("shop", "web")), List.of(THERE, STALE));
    assertThat(hosts(mesh, "shop/web")).containsExactly("10.0.0.1");
    assertThat(mesh.stale()).isEmpty();
  }

  @Test
  void itIsOneOfTheServiceThatHasNoOtherAndIsNamed() {
    Resources resources = read(service("shop", "web"), SECOND);
    CompiledMesh mesh = COMPILER.compile(resources, List.of(THERE, STALE));
    assertThat(hosts(mesh, "shop/web")).containsExactly("10.0.0.1");
    assertThat(hosts(mesh, "shop/second")).containsExactly("10.0.0.2");
    assertThat(mesh.stale()).containsExactly("n2");
  }

  @Test
  void allOfThemStayWhereNobodyIsHeardOf() {
    MeshWorkload other = workload("n1", "10.0.0.1", "v1", true, true);
    CompiledMesh mesh = COMPILER.compile(read(service("shop", "web")), List.of(other, STALE));
    assertThat(hosts(mesh, "shop/web")).containsExactly("10.0.0.1", "10.0.0.2");
    assertThat(mesh.stale()).containsExactly("n1", "n2");
  }

  @Test
  void oneThatIsThereButNotReadyDoesNotStandInForIt() {
    MeshWorkload starting = workload("n1", "10.0.0.1", "v1", false, false);
    CompiledMesh mesh = COMPILER.compile(read(service("shop", "web")), List.of(starting, STALE));
    assertThat(hosts(mesh, "shop/web")).containsExactly("10.0.0.2");
  }

  @Test
  void oneThatWasNotReadyWhenItWasLastHeardOfIsNone() {
    MeshWorkload starting = workload("n2", "10.0.0.2", "v2", false, true);
    CompiledMesh mesh = COMPILER.compile(read(service("shop", "web")), List.of(starting));
    assertThat(hosts(mesh, "shop/web")).isEmpty();
    assertThat(mesh.stale()).isEmpty();
  }

  private static final String SECOND =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: second, namespace: shop}
      spec:
        selector: {app: web, version: v2}
        ports: [{name: http, port: 80, targetPort: 8080}]
      """;

  private static List<String> hosts(CompiledMesh mesh, String service) {
    return mesh.destinations().stream()
        .filter(d -> d.service().equals(service))
        .map(Destination::endpoints)
        .flatMap(List::stream)
        .map(Endpoint::host)
        .toList();
  }

  private static MeshWorkload workload(
      String node, String host, String version, boolean ready, boolean stale) {
    return new MeshWorkload(
        node,
        "shop",
        "web",
        "web",
        Map.of("app", "web", "version", version),
        List.of(new MeshWorkload.Port("http", 8080, Protocol.HTTP, host, 15106)),
        ready,
        stale);
  }
}
