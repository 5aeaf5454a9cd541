package io.heraldmesh.node;

import static io.heraldmesh.node.WebAndCaller.access;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.Stalls;
import io.heraldmesh.cli.demo.WireClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an edit of the watched folder does to a node that serves. */
@Timeout(120)
class RunningNodeTest {
  /** Measured with requests, each of which takes a few milliseconds itself. */
  private static final Duration WITHIN = Duration.ofSeconds(1);

  @TempDir Path folder;
  private App app;
  private MeshFixture mesh;
  private Node node;

  @BeforeEach
  void start() throws IOException {
    app = App.httpbin();
    mesh = new MeshFixture(folder);
    mesh.workload("a", "web", "web", Map.of("app", "web"), 8080, app.port());
    mesh.workload("a", "caller", "caller", Map.of(), 0, 0);
    mesh.write("web.yaml", WebAndCaller.SERVICE);
    mesh.write("access.yaml", access("/one"));
    node = mesh.start();
    assertThat(status("/one")).isEqualTo(200);
    assertThat(status("/two")).isEqualTo(403);
  }

  @AfterEach
  void stop() {
    mesh.close();
    app.close();
  }

  @Test
  void aGoodEditIsInForceWithinASecondHoweverItIsWritten() throws IOException {
    mesh.write("access.yaml", access("/two"));
    awaitWithin(WITHIN, "renamed into place", () -> status("/two") == 200);
    assertThat(status("/one")).isEqualTo(403);

    Files.writeString(mesh.resources().resolve("access.yaml"), access("/one"));
    awaitWithin(WITHIN, "written over", () -> status("/one") == 200);

    mesh.write("more.yaml", access("/three").replace("name: access", "name: more"));
    awaitWithin(WITHIN, "a further file", () -> status("/three") == 200);

    Files.delete(mesh.resources().resolve("more.yaml"));
    awaitWithin(WITHIN, "a file deleted", () -> status("/three") == 403);
    assertThat(node.health().report().text()).isEqualTo("ready\n");
  }

  @Test
  void aBadEditChangesNothingShowsItsPlaceAndTheNextGoodOneIsTaken() throws IOException {
    double before = rejected();
    mesh.write("access.yaml", access("/two").replace("rules:", "rulez:"));
    awaitWithin(WITHIN, "degraded", () -> health().startsWith("degraded"));
    assertThat(health()).contains("resources: ", "access.yaml:5:", "rulez", "stay in force");
    assertThat(healthStatus()).as("it still serves").isEqualTo(200);
    assertThat(rejected()).isGreaterThan(before);
    assertThat(status("/one")).isEqualTo(200);
    assertThat(status("/two")).isEqualTo(403);

    mesh.write("access.yaml", access("/two"));
    awaitWithin(WITHIN, "the next good edit", () -> status("/two") == 200);
    awaitWithin(WITHIN, "ready again", () -> health().equals("ready\n"));
  }

  @Test
  void aSyntaxErrorChangesNothingEither() throws IOException {
    mesh.write("access.yaml", access("/two") + "  - [\n");
    awaitWithin(WITHIN, "degraded", () -> health().startsWith("degraded"));
    assertThat(health()).contains("access.yaml:");
    assertThat(status("/one")).isEqualTo(200);
    assertThat(status("/two")).isEqualTo(403);
  }

  @Test
  void aFileThatIsCutOffInTheMiddleOfAWriteChangesNothing() throws IOException {
    Files.writeString(mesh.resources().resolve("access.yaml"), "");
    awaitWithin(WITHIN, "degraded", () -> health().startsWith("degraded"));
    assertThat(health()).contains("access.yaml");
    assertThat(status("/one")).isEqualTo(200);
    assertThat(status("/two")).isEqualTo(403);
  }

  @Test
  void aFolderThatLosesItsLastPolicyKeepsWhatWasInForce() throws IOException {
    Files.delete(mesh.resources().resolve("access.yaml"));
    awaitWithin(WITHIN, "degraded", () -> health().startsWith("degraded"));
    assertThat(health()).contains("holds no policy", "resourcesMayBeEmpty");
    assertThat(rejected()).isPositive();
    assertThat(status("/one")).isEqualTo(200);
    assertThat(status("/two")).isEqualTo(403);

    mesh.write("access.yaml", access("/two"));
    awaitWithin(WITHIN, "a policy again", () -> status("/two") == 200);
    awaitWithin(WITHIN, "ready again", () -> health().equals("ready\n"));
  }

  @Test
  void aFolderThatVanishesKeepsWhatWasInForceUntilItIsBack() throws IOException {
    Path away = folder.resolve("away");
    Files.move(mesh.resources(), away);
    awaitWithin(WITHIN, "degraded", () -> health().startsWith("degraded"));
    assertThat(health()).contains("does not exist");
    assertThat(status("/one")).isEqualTo(200);
    assertThat(status("/two")).isEqualTo(403);

    Files.writeString(away.resolve("access.yaml"), access("/two"));
    Files.move(away, mesh.resources());
    awaitWithin(WITHIN, "the folder is back", () -> status("/two") == 200);
    awaitWithin(WITHIN, "ready again", () -> health().equals("ready\n"));
  }

  @Test
  void aPolicyForAServiceThatDoesNotExistIsToldAndHarmsNothing() throws IOException {
    mesh.write(
        "nobody.yaml",
        access("/none").replace("app: web", "app: nobody").replace("name: access", "name: nobody"));
    mesh.write("access.yaml", access("/two"));
    awaitWithin(WITHIN, "the other edit", () -> status("/two") == 200);
    assertThat(healthStatus()).isEqualTo(200);
    assertThat(Await.result(node.meshStatus()).problems())
        .anySatisfy(problem -> assertThat(problem).contains("nobody.yaml:", "a/nobody"));
  }

  @Test
  void aPolicyTestInTheFolderIsReadStrictlyAndEnforcesNothing() throws IOException {
    String test =
        """
        apiVersion: herald.io/v1alpha1
        kind: PolicyTest
        metadata: {name: access, namespace: a}
        spec:
          cases:
          - name: nobody gets in
            given: {workload: {name: web, labels: {app: web}}}
            when: {port: 8080, request: {path: /one}}
            expect: {decision: deny}
        """;
    mesh.write("test.yaml", test.replace("expect:", "expekt:"));
    awaitWithin(WITHIN, "degraded", () -> health().startsWith("degraded"));
    assertThat(health()).contains("test.yaml:9:");

    mesh.write("test.yaml", test);
    awaitWithin(WITHIN, "ready again", () -> health().equals("ready\n"));
    assertThat(status("/one")).isEqualTo(200);
  }

  private int status(String path) {
    return WebAndCaller.status(node, path);
  }

  private WireClient.Answer ask(String what, String path) {
    try {
      return WireClient.once(mesh.port(what), "GET", "node", path, List.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String health() {
    return ask("health", "/healthz/ready").body();
  }

  private int healthStatus() {
    return ask("health", "/healthz/ready").status();
  }

  private double rejected() {
    Matcher line =
        Pattern.compile("(?m)^herald_config_rejected_total (\\S+)$")
            .matcher(ask("metrics", "/metrics").body());
    assertThat(line.find()).isTrue();
    return Double.parseDouble(line.group(1));
  }

  private static void awaitWithin(Duration time, String what, BooleanSupplier condition) {
    try (Stalls stalls = Stalls.watch()) {
      long since = System.nanoTime();
      Await.until(what, condition);
      Duration taken = Duration.ofNanos(System.nanoTime() - since);
      assertThat(taken.minus(stalls.time()))
          .as("%s: %s, of it %s in which nothing ran", what, taken, stalls.time())
          .isLessThan(time);
    }
  }
}
