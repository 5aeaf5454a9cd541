package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.OidcProvider;
import io.heraldmesh.cli.demo.WireClient;
import io.heraldmesh.node.App;
import io.heraldmesh.node.NodeFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tokens of a real OpenID provider through a real mesh: {@code herald run} as a process, two
 * services behind one node, keys by discovery over https under a private root.
 */
@Timeout(300)
class OidcMeshTest {
  /** Fetches are up to 30 s apart. */
  private static final Duration WITHIN = Duration.ofSeconds(60);

  @TempDir Path folder;
  private OidcProvider provider;
  private App app;
  private NodeFolder node;

  @BeforeEach
  void start() throws IOException {
    provider = OidcProvider.start(Files.createDirectory(folder.resolve("provider")));
    app = App.httpbin();
    node = new NodeFolder(folder.resolve("node"));
    node.node(
        """
          eventLoops: 2
          workloads:
          - namespace: a
            name: web
            labels: {app: web}
            ports: [{name: http, port: 8080, app: "127.0.0.1:%1$d", listen: "127.0.0.1:0"}]
          - namespace: a
            name: api
            labels: {app: api}
            ports: [{name: http, port: 8080, app: "127.0.0.1:%1$d", listen: "127.0.0.1:0"}]
          - {namespace: a, name: caller, outbound: {listen: "127.0.0.1:0"}}
          jwks:
            allowLoopback: true
            servers: [{host: "%2$s", roots: "%3$s"}]
        """
            .formatted(app.port(), provider.server(), provider.root()));
    for (String name : List.of("web", "api")) {
      node.write(name + ".yaml", service(name));
    }
    node.write("tokens.yaml", tokens());
  }

  @AfterEach
  void stop() {
    if (app != null) {
      app.close();
      provider.close();
    }
  }

  @Test
  void aTokenIsBelievedARotationFollowedAndAWithdrawnKeyRefused() throws Exception {
    try (HeraldProcess herald = run()) {
      String first = provider.token();
      assertThat(call(herald, "web", first).status()).isEqualTo(200);
      assertThat(call(herald, "api", first).status()).isEqualTo(200);
      assertThat(provider.count()).as("one fetch for all services and event loops").isEqualTo(1);
      assertThat(app.record().getLast().headers())
          .containsEntry("x-subject", List.of("svc"))
          .containsEntry("x-level", List.of("7"))
          .containsEntry("x-payload", List.of(first.split("\\.", -1)[1]))
          .doesNotContainKey("authorization");
      assertThat(call(herald, "web", null).status()).isEqualTo(403);
      WireClient.Answer broken = call(herald, "web", first + "x");
      assertThat(broken.status()).isEqualTo(401);
      assertThat(broken.body()).startsWith("Jwt ");
      assertThat(broken.headers())
          .map(header -> header.toLowerCase(Locale.ROOT))
          .contains(
              "content-type: text/plain",
              "www-authenticate: bearer realm=\"http://web.a/x\", error=\"invalid_token\"");

      provider.rotate();
      String second = provider.token();
      Await.until("the new key is followed", () -> call(herald, "web", second).status() == 200);
      assertThat(call(herald, "web", first).status()).as("still published").isEqualTo(200);
      assertThat(provider.count()).isEqualTo(1);

      provider.rotate();
      String third = provider.token();
      Await.until(WITHIN, "the second rotation", () -> call(herald, "web", third).status() == 200);
      assertThat(call(herald, "web", second).status()).isEqualTo(200);
      WireClient.Answer withdrawn = call(herald, "web", first);
      assertThat(withdrawn.status()).isEqualTo(401);
      assertThat(withdrawn.body()).isEqualTo("Jwks doesn't have key to match kid or alg from Jwt");
      assertThat(provider.count()).isEqualTo(1);
    }
  }

  @Test
  void whileTheProviderFailsTrafficGoesOnAndItIsLeftInPeace() throws Exception {
    try (HeraldProcess herald = run()) {
      String good = provider.token();
      String unknown = withKey(good, "nobody");
      assertThat(call(herald, "web", good).status()).isEqualTo(200);
      provider.fault("error");
      provider.count();
      for (int i = 0; i < 200; i++) {
        assertThat(call(herald, i % 2 == 0 ? "web" : "api", unknown).status()).isEqualTo(401);
        assertThat(call(herald, "web", good).status()).isEqualTo(200);
      }
      Await.until("health tells", () -> health(herald).contains("stay in force"));
      assertThat(provider.count()).as("fetches that 200 unknown keys cause").isEqualTo(1);
      assertThat(metric(herald, "herald_jwks_failures")).isEqualTo(1);
      assertThat(metric(herald, "herald_jwks_age_seconds")).isPositive();
      assertThat(metric(herald, "pilot_jwks_resolver_network_fetch_fail_total")).isEqualTo(1);
    }
  }

  @Test
  void aRestartWhileTheProviderIsAwayHasTheKeysFromDisk() throws Exception {
    String token;
    try (HeraldProcess herald = run()) {
      token = provider.token();
      assertThat(call(herald, "web", token).status()).isEqualTo(200);
      herald.term();
      assertThat(herald.exitCode()).isZero();
    }
    provider.down();
    try (HeraldProcess herald = run()) {
      awaitServed("the keys are kept", herald, token);
      assertThat(health(herald))
          .startsWith("degraded")
          .contains("keys: " + provider.issuer(), "stay in force");
    }
    Path kept = onlyFile(node.state().resolve("jwks"));
    Files.writeString(kept, Files.readString(kept).replace("\"format\":1", "\"format\":3"));
    try (HeraldProcess herald = run()) {
      awaitServed("the control plane has its own copy", herald, token);
      Await.until("told", () -> herald.said().contains("jwks_kept_ignored"));
      assertThat(herald.errors()).contains("has format 3");
    }
  }

  @Test
  void aProviderThatWasNeverReachedIsA503UntilItComesUp() throws Exception {
    String token = provider.token();
    provider.down();
    try (HeraldProcess herald = run()) {
      WireClient.Answer refused = call(herald, "web", token);
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.headers())
          .anyMatch(header -> header.toLowerCase(Locale.ROOT).startsWith("retry-after:"));
      assertThat(health(herald)).contains("was never reached, its tokens are answered with 503");
      assertThat(call(herald, "web", expired(token)).status())
          .as("what fails before keys are needed")
          .isEqualTo(401);
      provider.up();
      Await.until(WITHIN, "it came up", () -> call(herald, "web", token).status() == 200);
      Await.until("health tells", () -> health(herald).equals("ready\n"));
    }
  }

  private HeraldProcess run() throws IOException {
    return HeraldProcess.start(
            Files.createTempFile(folder, "stderr", ""), "run", "--config", node.file().toString())
        .awaitReady();
  }

  /** At first, endpoints are those of the process before, whose ports were others. */
  private static void awaitServed(String what, HeraldProcess herald, String token) {
    Await.until(WITHIN, what, () -> call(herald, "web", token).status() == 200);
  }

  private static WireClient.Answer call(
      HeraldProcess herald, String service, @Nullable String token) {
    List<String> headers = token == null ? List.of() : List.of("Authorization: Bearer " + token);
    try {
      return WireClient.once(
          herald.port("outbound:a/caller"), "GET", service + ".a", "/x", headers);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static WireClient.Answer ask(HeraldProcess herald, String what, String path) {
    try {
      return WireClient.once(herald.port(what), "GET", "node", path, List.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String health(HeraldProcess herald) {
    return ask(herald, "health", "/healthz/ready").body();
  }

  private static double metric(HeraldProcess herald, String name) {
    Matcher line =
        Pattern.compile("(?m)^" + name + "(\\{[^}]*})? (\\S+)$")
            .matcher(ask(herald, "metrics", "/metrics").body());
    assertThat(line.find()).as(name).isTrue();
    return Double.parseDouble(line.group(2));
  }

  private static String withKey(String token, String kid) {
    String[] parts = token.split("\\.", -1);
    return base64("{\"alg\":\"RS256\",\"kid\":\"" + kid + "\"}") + "." + parts[1] + "." + parts[2];
  }

  private static String expired(String token) {
    String[] parts = token.split("\\.", -1);
    String claims =
        new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8)
            .replaceAll("\"exp\":\\d+", "\"exp\":1000000000");
    return parts[0] + "." + base64(claims) + "." + parts[2];
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Path onlyFile(Path of) throws IOException {
    try (Stream<Path> files = Files.list(of)) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(1);
      return all.getFirst();
    }
  }

  private static String service(String name) {
    return """
    apiVersion: v1
    kind: Service
    metadata: {name: %1$s, namespace: a}
    spec:
      selector: {app: %1$s}
      ports: [{name: http, port: 80, targetPort: 8080}]
    """
        .formatted(name);
  }

  /** Neither jwks nor jwksUri: discovery. Nobody passes without a token of the client svc. */
  private String tokens() {
    return """
    apiVersion: security.istio.io/v1
    kind: RequestAuthentication
    metadata: {name: tokens, namespace: a}
    spec:
      jwtRules:
      - issuer: %1$s
        audiences: ["https://orders.test"]
        outputPayloadToHeader: x-payload
        outputClaimToHeaders:
        - {header: x-subject, claim: sub}
        - {header: x-level, claim: level}
    ---
    apiVersion: security.istio.io/v1
    kind: AuthorizationPolicy
    metadata: {name: tokens, namespace: a}
    spec:
      rules:
      - from: [{source: {requestPrincipals: ["%1$s/svc"]}}]
        when:
        - {key: "request.auth.claims[scope]", values: [write]}
        - {key: "request.auth.claims[groups]", values: [ops]}
    """
        .formatted(provider.issuer());
  }
}
