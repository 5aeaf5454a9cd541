package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.Await;
import io.heraldmesh.identity.HeraldRole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands on the machine of a node that is attached, with the node file alone. */
@Timeout(600)
class AttachedAdminTest {
  private static final Duration LONG = Duration.ofMinutes(2);

  @TempDir Path folder;
  private AttachedMesh mesh;
  private HeraldProcess web;

  @BeforeEach
  void upWithOneNode() throws IOException {
    mesh = new AttachedMesh(folder);
    HeraldProcess control = mesh.control();
    web = mesh.web();
    Await.until(LONG, "control ready", () -> control.lines().contains("ready"));
    Await.until(LONG, "n1 ready", () -> web.lines().contains("ready"));
  }

  @AfterEach
  void close() {
    mesh.close();
  }

  @Test
  void aNodeSeesItselfAndNoOtherOneAndChangesNothing() {
    Await.until(LONG, "in force on n1", () -> at("n1", "status").code() == 0);
    assertThat(at("n1", "status").out()).contains("in force on n1").doesNotContain("n2");
    JsonNode own = at("n1", "status", "-o", "json").answers().getFirst();
    assertThat(own.at("/node/name").asText()).isEqualTo("n1");
    assertThat(own.get("inForce").asBoolean()).isTrue();

    assertThat(nodes(at("n1", "certs", "-o", "json"))).containsOnly("n1");
    assertThat(nodes(at("n1", "certs", "--issued", "-o", "json"))).containsOnly("n1");
    for (String words : List.of("certs --node control", "certs --issued --node n2")) {
      CommandRun refused = at("n1", words.split(" ", -1));
      assertThat(refused.code()).as(words).isEqualTo(1);
      assertThat(refused.err()).contains("refused: ", "may see itself only");
    }

    for (String words :
        List.of(
            "get",
            "token list",
            "token create --node n7",
            "delete node n2",
            "audit",
            "delete peerauthentication istio-system/default")) {
      CommandRun refused = at("n1", words.split(" ", -1));
      assertThat(refused.code()).as(words).isEqualTo(1);
      assertThat(refused.err()).contains("refused: ", "only operators and admins may ask here");
    }
    CommandRun rows = at("control", "audit", "-o", "json");
    assertThat(rows.code()).as(rows.err()).isZero();
    assertThat(rows.out())
        .contains("spiffe://mesh.test/herald/node/n1", "tokens.create", "registrations.revoke");
    assertThat(at("control", "status").out()).contains("n2: not heard of");
  }

  @Test
  void anOperatorSeesTheWholeMeshFromThere() throws IOException {
    Path ann = mesh.identity(HeraldRole.OPERATOR, "ann", Duration.ofHours(1));
    CommandRun status = at("n1", "status", "--identity", ann.toString());
    assertThat(status.code()).as(status.err()).isEqualTo(1);
    assertThat(status.out()).contains("lags          n2: not heard of");
    CommandRun token = at("n1", "token", "create", "--node", "n7", "--identity", ann.toString());
    assertThat(token.code()).as(token.err()).isZero();
    assertThat(token.out()).contains("--control " + mesh.controlAddress());
  }

  @Test
  void aNodeThatWasStoppedIsNamedAsGoneAndNoChangeWaitsForIt() throws Exception {
    Await.until(LONG, "in force on n1", () -> at("n1", "status").code() == 0);
    web.term();
    assertThat(web.exitCode()).isZero();
    assertThat(at("control", "delete", "node", "n2").code()).isZero();
    assertThat(at("control", "certs", "--node", "n1").code()).as("known, uses nothing").isZero();
    assertThat(at("control", "certs", "--node", "n2").err())
        .contains("nothing is known of node n2");

    Path open = folder.resolve("open.yaml");
    Files.writeString(
        open,
        """
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: default, namespace: b}
        spec: {mtls: {mode: STRICT}}
        """);
    CommandRun applied = at("control", "apply", "-f", open.toString(), "--wait");
    assertThat(applied.code()).as(applied.err()).isZero();
    assertThat(applied.out()).contains("in force on 0 of 0 nodes");
    CommandRun status = at("control", "status");
    assertThat(status.code()).as(status.out()).isZero();
    assertThat(status.out())
        .contains("left          n1: took its leave at ")
        .doesNotContain("lags");
  }

  private CommandRun at(String node, String... words) {
    List<Object> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--config", folder.resolve(node + ".yaml")));
    return CommandRun.of(all.toArray());
  }

  private static List<String> nodes(CommandRun certs) {
    List<String> nodes = new ArrayList<>();
    certs
        .answers()
        .getFirst()
        .get("certificates")
        .forEach(one -> nodes.add(one.get("node").asText()));
    return nodes;
  }
}
