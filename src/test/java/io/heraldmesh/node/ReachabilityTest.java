package io.heraldmesh.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.SharedData;
import io.heraldmesh.cli.demo.WireClient;
import io.heraldmesh.policy.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Istio's reachability cases: its own policies, filled in, and who then reaches whom. A caller with
 * a proxy calls a service with one and a service without; one without calls the first.
 */
@Timeout(240)
class ReachabilityTest {
  private static final String FOLDER =
      "istio/istio-istio/tests/integration/security/testdata/reachability/";
  private static final Workload PROBE = new Workload("echo", "probe");
  private static final Workload SERVER = new Workload("echo", "b");

  /**
   * What a row of the table is.
   *
   * @param peers template and mode of the PeerAuthentication
   * @param override mode of the port, where the template has one
   * @param rule template and mode of the DestinationRule; null: none, so auto mTLS
   * @param mesh how a proxy reaches a proxy, or that it is refused
   * @param naked how a proxy reaches the service without one
   * @param from how a caller without a proxy reaches a proxy
   */
  private record Case(
      @Nullable String peers,
      String mode,
      @Nullable String override,
      @Nullable String rule,
      String tls,
      String mesh,
      String naked,
      String from) {}

  private static final List<Case> CASES =
      List.of(
          c("global", "STRICT", null, "global", "ISTIO_MUTUAL", "mtls", "refused", "refused"),
          c("global", "STRICT", null, null, "", "mtls", "plain", "refused"),
          c("global", "STRICT", null, "global", "DISABLE", "refused", "plain", "refused"),
          c("global", "PERMISSIVE", null, "global", "ISTIO_MUTUAL", "mtls", "refused", "plain"),
          c("global", "PERMISSIVE", null, "global", "DISABLE", "plain", "plain", "plain"),
          c("global", "PERMISSIVE", null, null, "", "mtls", "plain", "plain"),
          c("global", "DISABLE", null, null, "", "plain", "plain", "plain"),
          c("global", "DISABLE", null, "global", "DISABLE", "plain", "plain", "plain"),
          c("global", "DISABLE", null, "global", "ISTIO_MUTUAL", "refused", "refused", "plain"),
          c(null, "", null, null, "", "mtls", "plain", "plain"),
          c(null, "", null, "workload", "DISABLE", "plain", "plain", "plain"),
          c(null, "", null, "workload", "ISTIO_MUTUAL", "mtls", "plain", "plain"),
          c("workload", "STRICT", null, null, "", "mtls", "plain", "refused"),
          c("workload", "STRICT", null, "workload", "DISABLE", "refused", "plain", "refused"),
          c("workload", "DISABLE", null, null, "", "plain", "plain", "plain"),
          c("workload", "DISABLE", null, "workload", "ISTIO_MUTUAL", "refused", "plain", "plain"),
          c("port", "STRICT", "DISABLE", null, "", "plain", "plain", "plain"),
          c("port", "DISABLE", "STRICT", null, "", "mtls", "plain", "refused"),
          c("port", "STRICT", "PERMISSIVE", "workload", "DISABLE", "plain", "plain", "plain"));

  private static Case c(
      @Nullable String peers,
      String mode,
      @Nullable String override,
      @Nullable String rule,
      String tls,
      String mesh,
      String naked,
      String from) {
    return new Case(peers, mode, override, rule, tls, mesh, naked, from);
  }

  @TempDir Path folder;
  private App app;
  private App naked;
  private MeshFixture mesh;
  private Node node;

  @BeforeEach
  void start() throws IOException {
    app = App.httpbin();
    naked = App.httpbin();
    mesh = new MeshFixture(folder);
    mesh.workload("echo", "probe", "probe", Map.of("app", "probe"), 0, 0);
    for (int i = 0; i < CASES.size(); i++) {
      // open connections outlive a change of mode, so each row has a caller of its own
      mesh.workload("echo", caller(i).name(), caller(i).name(), Map.of("app", "a"), 0, 0);
    }
    mesh.workload("echo", "b", "b", Map.of("app", "b"), 8080, app.port());
    write();
    node = mesh.start();
  }

  private void write() throws IOException {
    mesh.write("b.yaml", service("b", 8080));
    mesh.write(
        "policy.yaml",
        """
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: never-empty, namespace: elsewhere}
        spec: {rules: [{}]}
        """);
    mesh.write(
        "naked.yaml",
        service("naked", 8080)
            + """
            ---
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: naked, namespace: echo}
            spec: {address: 127.0.0.1, labels: {app: naked}, ports: {http: %d}}
            """
                .formatted(naked.port()));
  }

  @AfterEach
  void stop() {
    mesh.close();
    app.close();
    naked.close();
  }

  @Test
  void whoReachesWhomIsWhatIstioSays() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (int i = 0; i < CASES.size(); i++) {
      Case row = CASES.get(i);
      Files.deleteIfExists(mesh.resources().resolve("peers.yaml"));
      Files.deleteIfExists(mesh.resources().resolve("rule.yaml"));
      if (row.peers() != null) {
        mesh.write("peers.yaml", peers(row));
      }
      if (row.rule() != null) {
        mesh.write("rule.yaml", rule(row));
      }
      mesh.write("row.yaml", marker(i));
      awaitInForce(i);
      String got = call(i, "b.echo") + " " + call(i, "naked.echo") + " " + direct();
      String expected = row.mesh() + " " + row.naked() + " " + row.from();
      if (!got.equals(expected)) {
        wrong.add(row + ": " + got);
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** Once the last file that was written is in force, those before it are. */
  private void awaitInForce(int row) throws IOException {
    Instant deadline = Instant.now().plusSeconds(20);
    while (WireClient.once(node.outbound(PROBE), "GET", "row-" + row + ".test", "/", List.of())
            .status()
        != 200) {
      assertThat(Instant.now()).isBefore(deadline);
      LockSupport.parkNanos(20_000_000);
    }
  }

  private String call(int row, String host) throws IOException {
    return kind(WireClient.once(node.outbound(caller(row)), "GET", host, "/", List.of()));
  }

  private String direct() throws IOException {
    return kind(WireClient.once(node.inbound(SERVER), "GET", "b.echo", "/", List.of()));
  }

  private static String kind(WireClient.Answer answer) {
    return answer.status() != 200
        ? "refused"
        : answer.body().contains("x-forwarded-client-cert") ? "mtls" : "plain";
  }

  private static String peers(Case row) throws IOException {
    String file =
        switch (String.valueOf(row.peers())) {
          case "global" -> "global-peer-authn.yaml.tmpl";
          case "workload" -> "workload-peer-authn.yaml.tmpl";
          default -> "workload-peer-authn-port-override.yaml.tmpl";
        };
    return fill(file, row);
  }

  private static String rule(Case row) throws IOException {
    return fill("global".equals(row.rule()) ? "global-dr.yaml.tmpl" : "workload-dr.yaml.tmpl", row);
  }

  /** What is for the whole mesh goes to the root namespace, what is for a workload to its own. */
  private static String fill(String file, Case row) throws IOException {
    String namespace = file.startsWith("global") ? "istio-system" : "echo";
    int[] ports = {8079};
    return Files.readString(SharedData.file(FOLDER + file))
        .replace("metadata:\n", "metadata:\n  namespace: " + namespace + "\n")
        .replace("{{ .MTLSMode }}", row.mode())
        .replace("{{ .MTLSModeOverride }}", String.valueOf(row.override()))
        .replace("{{ .TLSMode }}", row.tls())
        .replace("{{ .To.ServiceName }}", "b")
        .replace("{{ .To.ClusterLocalFQDN }}", "b.echo.svc.cluster.local")
        .transform(
            text ->
                java.util.regex.Pattern.compile("\\{\\{ \\(\\.To\\.PortForName [^}]*}}")
                    .matcher(text)
                    .replaceAll(found -> String.valueOf(++ports[0])));
  }

  private static Workload caller(int row) {
    return new Workload("echo", "a" + row);
  }

  private String marker(int row) {
    return """
    apiVersion: networking.istio.io/v1
    kind: ServiceEntry
    metadata: {name: row, namespace: echo}
    spec:
      hosts: [row-%d.test]
      exportTo: ['*']
      resolution: STATIC
      ports: [{name: http, number: 80, protocol: HTTP, targetPort: %d}]
      endpoints: [{address: 127.0.0.1}]
    ---
    apiVersion: networking.istio.io/v1
    kind: DestinationRule
    metadata: {name: row, namespace: echo}
    spec: {host: row-%d.test, trafficPolicy: {tls: {mode: DISABLE}}}
    """
        .formatted(row, naked.port(), row);
  }

  private static String service(String name, int port) {
    return """
    apiVersion: v1
    kind: Service
    metadata: {name: %1$s, namespace: echo}
    spec:
      selector: {app: %1$s}
      ports: [{name: http, port: 80, targetPort: %2$d}]
    """
        .formatted(name, port);
  }
}
