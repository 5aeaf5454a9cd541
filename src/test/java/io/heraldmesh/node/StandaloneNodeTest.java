package io.heraldmesh.node;

import static io.heraldmesh.node.WebAndCaller.access;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.Await;
import io.heraldmesh.bus.MeshStatus;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node with the role proxy alone: certificates and policy are files of its own. */
@Timeout(60)
class StandaloneNodeTest {
  @TempDir Path folder;
  private final TestAuthority authority = new TestAuthority("root");
  private final List<String> said = new ArrayList<>();
  private App app;
  private NodeFolder files;
  private Node node;

  @BeforeEach
  void start() throws IOException {
    app = App.httpbin();
    files = new NodeFolder(folder);
    files.node(
        "  roles: [proxy, admin]\n"
            + WebAndCaller.workloads(app.port(), "127.0.0.1:0", "127.0.0.1:0"));
    WebAndCaller.certificates(folder, "web", authority);
    WebAndCaller.certificates(folder, "caller", authority);
    files.write("peers.yaml", NodeFolder.PERMISSIVE.replace("PERMISSIVE", "STRICT"));
    files.write("web.yaml", WebAndCaller.SERVICE);
    files.write("access.yaml", access("/one"));
    node = startNode();
  }

  @AfterEach
  void stop() {
    if (node != null) {
      node.stop();
    }
    app.close();
  }

  @Test
  void itsProxiesSpeakByTheFilesAndNeitherAuthorityNorDatabaseIsMade() throws IOException {
    assertThat(status("/one")).isEqualTo(200);
    assertThat(status("/two")).isEqualTo(403);
    assertThat(app.record().getFirst().headers().get("x-forwarded-client-cert"))
        .singleElement()
        .asString()
        .contains("URI=spiffe://mesh.test/ns/a/sa/caller");
    assertThat(said).endsWith("ready");
    try (var kept = Files.list(files.state())) {
      assertThat(kept.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("lock", "operator.token");
    }
  }

  @Test
  void aGoodEditIsPutInForceAndABadOneIsToldAndChangesNothing() throws IOException {
    files.write("access.yaml", access("/two"));
    Await.until("the edit", () -> status("/two") == 200);
    assertThat(status("/one")).isEqualTo(403);
    MeshStatus after = Await.result(node.meshStatus());
    assertThat(after.nodes())
        .singleElement()
        .satisfies(
            own -> {
              assertThat(own.name()).isEqualTo("node-1");
              assertThat(own.inForce()).isTrue();
              assertThat(own.acknowledged()).isEqualTo(after.revision());
            });

    files.write("access.yaml", access("/one").replace("rules:", "rulez:"));
    Await.until("degraded", () -> health().startsWith("degraded"));
    assertThat(health()).contains("resources: ", "access.yaml:5:", "rulez", "stay in force");
    Await.until(
        "the status says so too",
        () -> Await.result(node.meshStatus()).problems().toString().contains("rulez"));
    assertThat(status("/two")).isEqualTo(200);

    files.write("access.yaml", access("/one"));
    Await.until("the next good edit", () -> status("/one") == 200);
    Await.until("ready again", () -> health().equals("ready\n"));
    assertThat(Await.result(node.meshStatus()).problems()).isEmpty();
  }

  @Test
  void aFileThatChangesNothingOfTheNodeKeepsTheRevision() throws IOException {
    MeshStatus before = Await.result(node.meshStatus());
    files.write(
        "elsewhere.yaml",
        access("/one")
            .replace("app: web", "app: elsewhere")
            .replace("name: access", "name: other"));
    Await.until(
        "the file was taken, and told of",
        () -> Await.result(node.meshStatus()).problems().toString().contains("elsewhere.yaml"));
    assertThat(Await.result(node.meshStatus()).revision()).isEqualTo(before.revision());
  }

  @Test
  void certificatesThatCannotBeTakenShowInHealthUntilGoodOnesCome() throws IOException {
    Files.writeString(folder.resolve("web/cert-chain.pem"), "no certificate");
    Await.until("degraded", () -> health().startsWith("degraded"));
    assertThat(health()).contains("certificates: ", folder.resolve("web").toString());
    assertThat(status("/one")).isEqualTo(200);

    WebAndCaller.certificates(folder, "web", authority);
    Await.until("ready again", () -> health().equals("ready\n"));
    assertThat(status("/one")).isEqualTo(200);
  }

  @Test
  void aCallerWhoseRootsAreOthersGetsNothing() throws IOException {
    TestAuthority other = new TestAuthority("other");
    node.stop();
    WebAndCaller.certificates(folder, "caller", other);
    node = startNode();
    assertThat(status("/one")).as("its node trusts the roots of both").isEqualTo(200);

    try (NodeOfOthers others = new NodeOfOthers(other)) {
      assertThat(others.status()).isEqualTo(503);
    }
  }

  @Test
  void aWorkloadWithoutFilesIsRefusedAtTheStart() throws IOException {
    node.stop();
    Files.delete(folder.resolve("web/key.pem"));
    assertThatThrownBy(this::startNode)
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining(folder.resolve("web/key.pem").toString());
  }

  /** A caller on a node of its own, which trusts only its own authority. */
  private final class NodeOfOthers implements AutoCloseable {
    private final Node caller;

    NodeOfOthers(TestAuthority by) throws IOException {
      NodeFolder own = new NodeFolder(Files.createDirectory(folder.resolve("others")));
      WebAndCaller.certificates(folder.resolve("others"), "caller", by);
      own.write(
          "web.yaml",
          WebAndCaller.SERVICE
              + """
          ---
          apiVersion: networking.istio.io/v1
          kind: WorkloadEntry
          metadata: {name: web, namespace: a}
          spec:
            address: 127.0.0.1
            serviceAccount: web
            labels: {app: web, security.istio.io/tlsMode: istio}
            ports: {http: %d}
          """
                  .formatted(node.inbound(new Workload("a", "web"))));
      own.node(
          "  roles: [proxy]\n  trustDomain: mesh.test\n  workloads:\n"
              + WebAndCaller.caller("127.0.0.1:0"));
      caller = Node.start(config(own));
    }

    int status() {
      return WebAndCaller.status(caller, "/one");
    }

    @Override
    public void close() {
      caller.stop();
    }
  }

  private Node startNode() {
    return Node.start(config(files), said::add);
  }

  private static NodeConfig config(NodeFolder of) {
    NodeFileReader.Result read = NodeFileReader.read(of.file());
    assertThat(read.problems().text()).isEmpty();
    return Objects.requireNonNull(read.config());
  }

  private int status(String path) {
    return WebAndCaller.status(node, path);
  }

  private String health() {
    return node.health().report().text();
  }
}
