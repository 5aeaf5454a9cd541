package io.heraldmesh.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.SharedData;
import io.heraldmesh.TestIssuer;
import io.heraldmesh.cli.demo.WireClient;
import io.heraldmesh.policy.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The v1alpha1 way to protect a service, through real sockets: the mesh takes mutual TLS only, and
 * one service asks for end users' tokens but on its health path.
 */
@Timeout(120)
class OldPoliciesTest {
  private static final String SAMPLES = "istio/istio-istio/security/tools/jwt/samples/";
  private static final Workload WEB = new Workload("a", "web");
  private static final Workload CALLER = new Workload("a", "caller");
  private static final String ISSUER = "testing@secure.istio.io";

  @TempDir Path folder;
  private App app;
  private MeshFixture mesh;
  private TestIssuer keys;
  private Node node;

  @BeforeEach
  void start() throws Exception {
    keys = TestIssuer.serving(Files.readString(SharedData.file(SAMPLES + "jwks.json")));
    app = App.httpbin();
    mesh = new MeshFixture(folder).jwks(keys.root(folder));
    mesh.workload("a", "web", "web", Map.of("app", "web"), 8080, app.port());
    mesh.workload("a", "caller", "caller", Map.of(), 0, 0);
    mesh.write(
        "mesh.yaml",
        """
        apiVersion: authentication.istio.io/v1alpha1
        kind: MeshPolicy
        metadata: {name: default}
        spec: {peers: [{mtls: {}}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: a}
        spec:
          selector: {app: web}
          ports: [{name: http, port: 80, targetPort: 8080}]
        """);
    mesh.write("web.yaml", policy("{excludedPaths: [{exact: /health}]}"));
    node = mesh.start();
  }

  @AfterEach
  void stop() {
    mesh.close();
    app.close();
    keys.close();
  }

  @Test
  void withoutATokenItIs401WithoutAChallengeAndAGoodOneGoesOnToTheService() throws Exception {
    WireClient.Answer refused = call("/headers", List.of());
    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.body()).isEqualTo("Origin authentication failed.");
    assertThat(refused.toString()).doesNotContainIgnoringCase("www-authenticate");
    String bearer = "Authorization: Bearer " + token();
    assertThat(call("/headers", List.of(bearer)).status()).isEqualTo(200);
    Map<String, List<String>> seen = app.record().getLast().headers();
    assertThat(seen.get("authorization")).as("the token goes on").hasSize(1);
    assertThat(seen).containsKey("x-forwarded-client-cert");
  }

  @Test
  void excludedPathsNeedNoTokenHoweverTheyAreWrittenAndQueriesDoNotCount() throws Exception {
    for (String path : List.of("/health", "/health?x=1", "/x/../health", "/%68ealth")) {
      assertThat(call(path, List.of()).status()).as(path).isEqualTo(200);
    }
    for (String path : List.of("/healthy", "/Health", "/x?/health", "//health", "/health/../x")) {
      assertThat(call(path, List.of()).status()).as(path).isEqualTo(401);
    }
  }

  @Test
  void plainTextIsClosedAndWhereAPeerAuthenticationOpensTheListenerAnswered401() throws Exception {
    assertThat(plain()).isZero();
    mesh.write(
        "open.yaml",
        """
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: web, namespace: a}
        spec:
          selector: {matchLabels: {app: web}}
          mtls: {mode: PERMISSIVE}
        """);
    Await.until("the listener takes plain text", () -> plain() == 401);
    assertThat(
            WireClient.once(
                    node.inbound(WEB),
                    "GET",
                    "web.a",
                    "/health",
                    List.of("Authorization: Bearer " + token()))
                .body())
        .isEqualTo("Peer authentication failed.");
    assertThat(call("/health", List.of()).status()).isEqualTo(200);
  }

  @Test
  void anEditOfTheTriggersIsInForceWithoutARestart() throws Exception {
    mesh.write("web.yaml", policy("{includedPaths: [{prefix: /secret}]}"));
    Await.until("other paths are open", () -> status("/headers") == 200);
    assertThat(status("/secret/x")).isEqualTo(401);
  }

  private String policy(String trigger) {
    return """
    apiVersion: authentication.istio.io/v1alpha1
    kind: Policy
    metadata: {name: web, namespace: a}
    spec:
      targets: [{name: web, ports: [{number: 80}]}]
      peers: [{mtls: {}}]
      origins:
      - jwt:
          issuer: %s
          jwksUri: %s
          triggerRules: [%s]
      principalBinding: USE_ORIGIN
    """
        .formatted(ISSUER, keys.jwksUri(), trigger);
  }

  private static String token() throws IOException {
    return TestIssuer.sign(
        Files.readString(SharedData.file(SAMPLES + "key.pem")), ISSUER, "alice", 600);
  }

  private WireClient.Answer call(String path, List<String> headers) throws IOException {
    return WireClient.once(node.outbound(CALLER), "GET", "web.a", path, headers);
  }

  private int status(String path) {
    try {
      return call(path, List.of()).status();
    } catch (IOException e) {
      return -1;
    }
  }

  /** The status of a call without mutual TLS; 0 when the connection is closed without one. */
  private int plain() {
    try {
      return WireClient.once(node.inbound(WEB), "GET", "web.a", "/health", List.of()).status();
    } catch (IOException e) {
      return 0;
    }
  }
}
