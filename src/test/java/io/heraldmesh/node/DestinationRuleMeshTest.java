package io.heraldmesh.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.OutsideAuthority;
import io.heraldmesh.OutsideServer;
import io.heraldmesh.cli.demo.WireClient;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.InboundPort;
import io.heraldmesh.proxy.ListenAddress;
import io.heraldmesh.proxy.WorkloadSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** DestinationRule and PeerAuthentication from YAML to the wire: every mode, over real sockets. */
@Timeout(120)
class DestinationRuleMeshTest {
  private static final Workload CALLER = new Workload("a", "caller");
  private static final Workload OTHER = new Workload("b", "other");
  private static final HostPort ANY = new HostPort("127.0.0.1", 0);
  private static final String FULL = "web.a.svc.cluster.local";

  @TempDir Path folder;
  private final OutsideAuthority outside = new OutsideAuthority("outside");
  private App v1;
  private App v2;
  private App legacy;
  private OutsideServer api;
  private OutsideServer guarded;
  private MeshFixture mesh;
  private Node node;

  @BeforeEach
  void start() throws Exception {
    v1 = App.httpbin();
    v2 = App.httpbin();
    legacy = App.httpbin();
    api = new OutsideServer(outside.issue("api", "api.example.com", "*.wild.test"), false);
    guarded = new OutsideServer(outside.issue("guarded", "guarded.example.com"), true);
    outside.rootFile(file("roots.pem"));
    outside.issue("first").write(file("client.pem"), file("client.key"));
    mesh = new MeshFixture(folder);
    mesh.add(web("web1", "v1", v1)).add(web("web2", "v2", v2));
    mesh.workload("a", "caller", "caller", Map.of("app", "caller"), 0, 0);
    mesh.workload("b", "other", "other", Map.of("app", "other"), 0, 0);
    mesh.write(
        "services.yaml",
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: a}
        spec:
          selector: {app: web}
          ports: [{name: http, port: 80, targetPort: 8080}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: legacy, namespace: a}
        spec:
          selector: {app: legacy}
          ports: [{name: http, port: 80, targetPort: 8080}]
        ---
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: legacy, namespace: a}
        spec: {address: 127.0.0.1, labels: {app: legacy}, ports: {http: %d}}
        """
            .formatted(legacy.port()));
    mesh.write(
        "external.yaml",
        external("api", "api.example.com", api.port())
            + external("wild", "'*.wild.test'", api.port())
            + external("plain", "plain.example.com", legacy.port())
            + external("guarded", "guarded.example.com", guarded.port()));
    strict("STRICT");
    node = mesh.start();
  }

  @AfterEach
  void stop() {
    mesh.close();
    List.of(v1, v2, legacy).forEach(App::close);
    api.close();
    guarded.close();
  }

  @Test
  void withoutARuleEachEndpointIsCalledByItsOwnKind() throws IOException {
    assertThat(call("web.a").body()).contains("x-forwarded-client-cert");
    assertThat(call("legacy.a").body()).doesNotContain("x-forwarded-client-cert");
    assertThat(call("legacy.a").status()).isEqualTo(200);
  }

  @Test
  void disableToAServerThatMustHaveMeshTlsIs503AndToOneThatNeedNotPlainText() throws IOException {
    rule("r", "a", "web", "{tls: {mode: DISABLE}}");
    await("refused", () -> status("web.a") == 503);
    int before = v1.record().size() + v2.record().size();
    for (int i = 0; i < 5; i++) {
      assertThat(call("web.a").body()).contains("upstream_reset");
    }
    assertThat(v1.record().size() + v2.record().size()).isEqualTo(before);
    strict("PERMISSIVE");
    await("plain text", () -> status("web.a") == 200);
    assertThat(call("web.a").body()).doesNotContain("x-forwarded-client-cert");
  }

  @Test
  void istioMutualToAServerWithoutProxyIs503AndNeverFallsBack() throws IOException {
    rule("r", "a", "'*.local'", "{tls: {mode: ISTIO_MUTUAL}}");
    await("refused", () -> status("legacy.a") == 503);
    int before = legacy.record().size();
    for (int i = 0; i < 5; i++) {
      assertThat(status("legacy.a")).isEqualTo(503);
    }
    assertThat(legacy.record()).hasSize(before);
    assertThat(call("web.a").body()).contains("x-forwarded-client-cert");
  }

  @Test
  void istioMutualToAServerThatDisablesItIs503WhileAutoMtlsFollowsTheServer() throws IOException {
    strict("DISABLE");
    await("auto", () -> !call("web.a").body().contains("x-forwarded-client-cert"));
    assertThat(status("web.a")).isEqualTo(200);
    rule("r", "b", FULL, "{tls: {mode: ISTIO_MUTUAL}}");
    await("a caller that has no connection yet", () -> status(OTHER, "web.a", "/") == 503);
  }

  @Test
  void aRuleOfTheCallersNamespaceIsForItsCallersAlone() throws IOException {
    rule("r", "b", FULL, "{tls: {mode: DISABLE}}");
    await("the caller of b", () -> status(OTHER, "web.a", "/") == 503);
    assertThat(status("web.a")).isEqualTo(200);
  }

  @Test
  void endpointsOfOneServiceMayBeOfSeveralKindsAndSubsetsSayOfWhich() throws IOException {
    strict("PERMISSIVE");
    mesh.write(
        "rule-r.yaml",
        """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: r, namespace: a}
        spec:
          host: web
          trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}
          subsets:
          - name: old
            labels: {version: v1}
            trafficPolicy: {tls: {mode: DISABLE}}
        """);
    await("v1 in plain text", () -> !kinds().getFirst());
    List<Boolean> kinds = kinds();
    assertThat(kinds).as("v1, v2 by mesh TLS").containsExactly(false, true);
  }

  @Test
  void namesInARuleDecideWhoMayAnswer() throws IOException {
    String tls = "{tls: {mode: ISTIO_MUTUAL, subjectAltNames: ['spiffe://%s/ns/a/sa/%s']}}";
    rule("r", "a", "web", tls.formatted("cluster.local", "else"));
    await("refused", () -> status("web.a") == 503);
    rule("r", "a", "web", tls.formatted("cluster.local", "web"));
    await("let through", () -> status("web.a") == 200);
  }

  @Test
  void simpleVerifiesTheServerAndAsksForItsName() throws IOException {
    assertThat(status("api.example.com")).as("plain text to a TLS server").isNotEqualTo(200);
    rule("api", "a", "api.example.com", "{tls: {mode: SIMPLE, caCertificates: %s}}", "roots.pem");
    await("served", () -> status("api.example.com") == 200);
    assertThat(call("api.example.com").body()).isEqualTo("sni=api.example.com client=-");

    rule("api", "a", "api.example.com", "{tls: {mode: SIMPLE}}");
    await("the platform's roots do not know it", () -> status("api.example.com") == 503);
    int before = api.seen().size();
    assertThat(call("api.example.com").body()).contains("upstream_identity_refused");
    assertThat(api.seen()).hasSize(before);
  }

  @Test
  void simpleRefusesAServerOfAnotherNameUnlessTheRuleNamesIt() throws IOException {
    String tls = "{tls: {mode: SIMPLE, caCertificates: %s, sni: other.example.com";
    rule("api", "a", "api.example.com", tls + "}}", "roots.pem");
    await("refused", () -> call("api.example.com").body().contains("upstream_identity_refused"));
    rule(
        "api",
        "a",
        "api.example.com",
        tls + ", subjectAltNames: [x.test, api.example.com]}}",
        "roots.pem");
    await("served", () -> status("api.example.com") == 200);
    assertThat(call("api.example.com").body()).startsWith("sni=other.example.com");
  }

  @Test
  void aWildcardServiceIsAskedForByTheNameThatWasCalled() throws IOException {
    rule("w", "a", "'*.wild.test'", "{tls: {mode: SIMPLE, caCertificates: %s}}", "roots.pem");
    await("served", () -> status("one.wild.test") == 200);
    assertThat(call("one.wild.test").body()).startsWith("sni=one.wild.test");
    assertThat(call("two.wild.test").body()).startsWith("sni=two.wild.test");
    assertThat(call("a.b.wild.test").body()).contains("upstream_identity_refused");
  }

  @Test
  void simpleToAServerWithoutTlsIs503AndNeverFallsBack() throws IOException {
    assertThat(status("plain.example.com")).isEqualTo(200);
    rule("p", "a", "plain.example.com", "{tls: {mode: SIMPLE, caCertificates: %s}}", "roots.pem");
    await("refused", () -> status("plain.example.com") == 503);
    int before = legacy.record().size();
    assertThat(call("plain.example.com").body()).contains("upstream_tls_failed");
    assertThat(legacy.record()).hasSize(before);
  }

  @Test
  void mutualShowsItsCertificateAndAChangedFileIsInUseSoon() throws IOException {
    String simple = "{tls: {mode: SIMPLE, caCertificates: %s}}";
    rule("g", "a", "guarded.example.com", simple, "roots.pem");
    await("a client without a certificate", () -> status("guarded.example.com") == 503);

    mutual();
    await("served", () -> status("guarded.example.com") == 200);
    assertThat(call("guarded.example.com").body())
        .isEqualTo("sni=guarded.example.com client=CN=first");

    outside.issue("second").write(file("client.pem"), file("client.key"));
    await("rotated", () -> call("guarded.example.com").body().endsWith("client=CN=second"));

    Files.writeString(file("client.key"), "no key");
    for (int i = 0; i < 20; i++) {
      assertThat(status("guarded.example.com")).as("the last good files stay").isEqualTo(200);
      LockSupport.parkNanos(100_000_000);
    }
    outside.issue("third").write(file("client.pem"), file("client.key"));
    await("good again", () -> call("guarded.example.com").body().endsWith("client=CN=third"));
  }

  @Test
  void filesThatWereNeverGoodAre503ThatSaysSo() throws IOException {
    Files.delete(file("client.pem"));
    mutual();
    await("no certificate", () -> call("guarded.example.com").body().contains("no_credentials"));
    outside.issue("late").write(file("client.pem"), file("client.key"));
    await("there at last", () -> status("guarded.example.com") == 200);
  }

  private void mutual() throws IOException {
    mesh.write(
        "rule-g.yaml",
        """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: g, namespace: a}
        spec:
          host: guarded.example.com
          trafficPolicy:
            tls:
              mode: MUTUAL
              caCertificates: %s
              clientCertificate: %s
              privateKey: %s
        """
            .formatted(file("roots.pem"), file("client.pem"), file("client.key")));
  }

  /** Whether v1 and v2 are called by mesh TLS. */
  private List<Boolean> kinds() {
    for (int i = 0; i < 4; i++) {
      assertThat(status("web.a")).isEqualTo(200);
    }
    return List.of(certified(v1), certified(v2));
  }

  private static boolean certified(App app) {
    return app.record().getLast().headers().containsKey("x-forwarded-client-cert");
  }

  private void strict(String mode) throws IOException {
    mesh.write(
        "peers.yaml",
        """
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: default, namespace: istio-system}
        spec: {mtls: {mode: %s}}
        """
            .formatted(mode));
  }

  private void rule(String name, String namespace, String host, String policy, String... files)
      throws IOException {
    Object[] paths = new Object[files.length];
    for (int i = 0; i < files.length; i++) {
      paths[i] = file(files[i]);
    }
    mesh.write(
        "rule-" + name + ".yaml",
        """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: %s, namespace: %s}
        spec:
          host: %s
          trafficPolicy: %s
        """
            .formatted(name, namespace, host, policy.formatted(paths)));
  }

  private static String external(String name, String host, int port) {
    return """
    ---
    apiVersion: networking.istio.io/v1
    kind: ServiceEntry
    metadata: {name: %s, namespace: a}
    spec:
      hosts: [%s]
      resolution: STATIC
      ports: [{name: http, number: 80, protocol: HTTP, targetPort: %d}]
      endpoints: [{address: 127.0.0.1}]
    """
        .formatted(name, host, port);
  }

  private static WorkloadSettings web(String name, String version, App app) {
    return new WorkloadSettings(
        new Workload("a", name),
        "web",
        Map.of("app", "web", "version", version),
        new ListenAddress(ANY),
        List.of(),
        List.of(
            new InboundPort(
                "http", 8080, Protocol.HTTP, new HostPort("127.0.0.1", app.port()), ANY, null)));
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private int status(String host) {
    return call(host).status();
  }

  private int status(Workload from, String host, String path) {
    return call(from, host, path).status();
  }

  private WireClient.Answer call(String host) {
    return call(CALLER, host, "/");
  }

  private WireClient.Answer call(Workload from, String host, String path) {
    try {
      return WireClient.once(node.outbound(from), "GET", host, path, List.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void await(String what, BooleanSupplier condition) {
    Instant deadline = Instant.now().plusSeconds(20);
    while (!condition.getAsBoolean()) {
      assertThat(Instant.now()).as(what).isBefore(deadline);
      LockSupport.parkNanos(20_000_000);
    }
  }
}
