package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.Await;
import io.heraldmesh.jwks.KeyServer;
import io.vertx.core.Vertx;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A control node fetches an issuer's keys; attached nodes, as processes, have them from it. */
@Timeout(300)
class SharedKeysMeshTest {
  private static final Duration WITHIN = Duration.ofSeconds(60);

  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final LabToken tokens = new LabToken("lab");
  private KeyServer issuer;
  private AttachedMesh mesh;

  @BeforeEach
  void make() throws Exception {
    issuer = KeyServer.start(vertx, "localhost");
    issuer.serve(tokens.jwks());
    Files.writeString(folder.resolve("issuer.pem"), issuer.root);
    mesh = new AttachedMesh(folder);
    mesh.resource(
        "tokens.yaml",
        """
        apiVersion: security.istio.io/v1
        kind: RequestAuthentication
        metadata: {name: web, namespace: a}
        spec:
          selector: {matchLabels: {app: web}}
          jwtRules: [{issuer: lab, jwksUri: "%s"}]
        """
            .formatted(issuer.uri("/jwks")));
    mesh.resource(
        "access.yaml",
        """
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: web, namespace: a}
        spec:
          selector: {matchLabels: {app: web}}
          rules:
          - from: [{source: {requestPrincipals: [lab/someone]}}]
        """);
  }

  @AfterEach
  void close() {
    mesh.close();
    issuer.close();
    Await.result(vertx.close());
  }

  @Test
  void oneFetchServesTheMeshAndItsKeysOutliveARestartOfEverything()
      throws IOException, InterruptedException {
    String token = tokens.token(Instant.now().plus(Duration.ofHours(1)));
    List<HeraldProcess> all = everything();
    Await.until(WITHIN, "the token is believed", () -> status(all, token) == 200);
    assertThat(status(all, null)).isEqualTo(403);
    assertThat(issuer.requests).hasValue(1);
    JsonNode fresh = keySet();
    assertThat(fresh.get("source").asText()).isEqualTo(issuer.uri("/jwks"));
    assertThat(fresh.get("by").asText()).isEqualTo("control");
    assertThat(fresh.get("kept").asBoolean()).isFalse();
    assertThat(fresh.get("lastError").isNull()).isTrue();
    String fetched = fresh.get("fetched").asText();
    File sealed = folder.resolve("n1/sealed").toFile();
    Await.until(
        "sealed at the node",
        () -> sealed.list((in, name) -> name.matches("jwks-.*\\.json")).length == 1);
    assertThat(folder.resolve("n1/jwks")).doesNotExist();

    all.forEach(HeraldProcess::close);
    issuer.behave(request -> request.response().setStatusCode(503).end());
    List<HeraldProcess> again = everything();
    Await.until(WITHIN, "it still is", () -> status(again, token) == 200);
    JsonNode kept = keySet();
    assertThat(kept.get("fetched").asText()).isEqualTo(fetched);
    assertThat(kept.get("kept").asBoolean()).isTrue();
    assertThat(kept.get("failing").asText()).isGreaterThan(fetched);
    assertThat(kept.get("lastError").asText()).contains("503");
    assertThat(CommandRun.of("status", "--config", folder.resolve("control.yaml")).out())
        .contains("keys          " + issuer.uri("/jwks") + ": fetched " + fetched)
        .contains("failing since 20");

    again.get(1).close();
    for (String name : sealed.list((in, file) -> file.startsWith("jwks-"))) {
      Files.delete(sealed.toPath().resolve(name));
    }
    mesh.web().awaitReady();
    Await.until(WITHIN, "from the control plane's copy", () -> status(again, token) == 200);
  }

  /** The only one, as an operator is told of it. */
  private JsonNode keySet() {
    JsonNode sets =
        CommandRun.of("status", "-o", "json", "--config", folder.resolve("control.yaml"))
            .answers()
            .getFirst()
            .get("keySets");
    assertThat(sets.size()).isEqualTo(1);
    return sets.get(0);
  }

  /** The control node, the service's and the caller's. */
  private List<HeraldProcess> everything() throws IOException, InterruptedException {
    HeraldProcess control =
        mesh.control(
            """
              jwks:
                allowLoopback: true
                servers: [{host: "localhost:%d", roots: "%s"}]
            """
                .formatted(issuer.port(), folder.resolve("issuer.pem")));
    control.awaitReady();
    return List.of(control, mesh.web().awaitReady(), mesh.caller().awaitReady());
  }

  private static int status(List<HeraldProcess> all, @Nullable String token) {
    return AttachedMesh.status(
        all.get(2), "/one", token == null ? List.of() : List.of("authorization: Bearer " + token));
  }
}
