package io.heraldmesh.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.Await;
import io.heraldmesh.cli.demo.WireClient;
import io.heraldmesh.node.BadYamlCases.Case;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Problem;
import io.heraldmesh.resource.read.ResourceReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every shared case of bad YAML in the watched folder of a node that serves, and as the only thing
 * a node is started with.
 */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // start() sets the fields
class BadYamlNodeTest {
  private static final Workload CALLER = new Workload("shop", "caller");
  private static final Duration WITHIN = Duration.ofSeconds(1);

  private Path folder;
  private App app;
  private MeshFixture mesh;
  private Node node;
  private String open = "/one";

  @BeforeAll
  void start(@TempDir Path given) throws IOException {
    folder = given;
    app = App.httpbin();
    mesh = new MeshFixture(folder.resolve("node"));
    mesh.workload("shop", "web", "web", Map.of("app", "web"), 8080, app.port());
    mesh.workload("shop", "caller", "caller", Map.of(), 0, 0);
    mesh.write(
        "web.yaml",
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop}
        spec:
          selector: {app: web}
          ports: [{name: http, port: 80, targetPort: 8080}]
        """);
    mesh.write("access.yaml", access(open));
    node = mesh.start();
  }

  @AfterAll
  void stop() {
    mesh.close();
    app.close();
  }

  @TestFactory
  Stream<DynamicTest> aNodeThatServesKeepsTheLastGoodStateAndTakesTheNextGoodFile() {
    return BadYamlCases.all().stream()
        .map(c -> DynamicTest.dynamicTest(c.id(), () -> whileServing(c)));
  }

  private void whileServing(Case c) throws IOException {
    Path file = mesh.resources().resolve("bad.yaml");
    List<Problem> errors = errors(c);
    Path beside = Files.write(folder.resolve("beside"), c.content());
    Files.move(beside, file);
    if (errors.isEmpty()) {
      assertThat(c.expect()).isNotEqualTo("reject");
    } else {
      assertThat(c.expect()).isNotEqualTo("accept");
      Await.until("degraded", () -> health().startsWith("degraded"));
      assertThat(health()).contains("bad.yaml:" + errors.getFirst().at().line() + ":");
    }
    assertServes(open);
    Files.delete(file);
    String next = open.equals("/one") ? "/two" : "/one";
    long since = System.nanoTime();
    mesh.write("access.yaml", access(next));
    Await.until("the next good file", () -> status(next) == 200);
    assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(WITHIN);
    Await.until("ready again", () -> health().equals("ready\n"));
    open = next;
    assertServes(open);
  }

  private void assertServes(String path) {
    assertThat(status(path)).isEqualTo(200);
    assertThat(status(path.equals("/one") ? "/two" : "/one")).isEqualTo(403);
  }

  @TestFactory
  Stream<DynamicTest> aNodeDoesNotStartWithIt() {
    return BadYamlCases.all().stream()
        .filter(c -> c.expect().equals("reject"))
        .map(c -> DynamicTest.dynamicTest(c.id(), () -> atStart(c)));
  }

  private void atStart(Case c) throws IOException {
    Path only = Files.createDirectories(folder.resolve("start-" + c.id()));
    Files.write(only.resolve("bad.yaml"), c.content());
    try (Resourcing resourcing = new Resourcing(only, false)) {
      assertThatThrownBy(resourcing::first)
          .isInstanceOf(StartFailure.class)
          .hasMessageContaining("bad.yaml:");
    }
  }

  private List<Problem> errors(Case c) throws IOException {
    Path alone = Files.write(folder.resolve("alone.yaml"), c.content());
    Resources read = ResourceReader.read(List.of(alone));
    return read.problems().errors();
  }

  private static String access(String path) {
    return """
    apiVersion: security.istio.io/v1
    kind: AuthorizationPolicy
    metadata: {name: access, namespace: shop}
    spec:
      selector: {matchLabels: {app: web}}
      rules:
      - to: [{operation: {paths: ["%s"]}}]
    """
        .formatted(path);
  }

  private int status(String path) {
    try {
      return WireClient.once(node.outbound(CALLER), "GET", "web.shop", path, List.of()).status();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String health() {
    try {
      return WireClient.once(mesh.port("health"), "GET", "node", "/healthz/ready", List.of())
          .body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
