package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.Await;
import io.heraldmesh.PostgresServer;
import io.heraldmesh.node.Node;
import io.heraldmesh.node.NodeDatabaseTest;
import io.heraldmesh.node.NodeFileReader;
import io.heraldmesh.node.NodeFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two control nodes on one database, which hear nothing of each other but what is in it. */
@Timeout(180)
class AppliedElsewhereTest {
  @TempDir Path folder;
  private final List<String> saidBySecond = new CopyOnWriteArrayList<>();
  private final List<Node> nodes = new ArrayList<>();
  private Path first;
  private Path second;

  @BeforeEach
  void twoControlNodes() throws IOException {
    PostgresServer server = PostgresServer.shared();
    String schema = server.settings().schema();
    first = node("node-1", server, schema);
    second = node("node-2", server, schema);
    start(first, line -> {});
    for (String file : new String[] {"authority.p12", "authority.passphrase"}) {
      Files.createDirectories(folder.resolve("node-2/state"));
      Files.copy(
          folder.resolve("node-1/state").resolve(file),
          folder.resolve("node-2/state").resolve(file));
    }
    start(second, saidBySecond::add);
  }

  @AfterEach
  void stop() {
    nodes.reversed().forEach(Node::stop);
  }

  @Test
  void whatOneAcceptsTheOtherDistributesWithoutBeingTold() throws IOException {
    Path yaml = folder.resolve("strict.yaml");
    Files.writeString(yaml, NodeFolder.PERMISSIVE.replace("PERMISSIVE", "STRICT"));
    CommandRun applied = CommandRun.of("apply", "-f", yaml, "-o", "json", "--config", first);
    assertThat(applied.code()).as(applied.err()).isZero();
    String revision = applied.answers().getFirst().get("revision").asText();

    Await.until(
        "distributed by the other",
        () -> number(status(second).get("distributed").asText()) >= number(revision));
    assertThat(
            CommandRun.of("get", "peerauthentication", "istio-system/default", "--config", second)
                .code())
        .isZero();

    CommandRun gone =
        CommandRun.of(
            "delete",
            "peerauthentication",
            "istio-system/default",
            "-o",
            "json",
            "--config",
            second);
    assertThat(gone.code()).as(gone.err()).isZero();
    long deleted = number(gone.answers().getFirst().get("revision").asText());
    Await.until(
        "and a deletion the first",
        () -> number(status(first).get("distributed").asText()) >= deleted);
  }

  @Test
  void aNodeThatOneRevokesIsCutOffByTheOther() {
    Path state = folder.resolve("state-n1");
    CommandRun made =
        CommandRun.of(
            "token",
            "create",
            "--node",
            "n1",
            "--workload",
            "shop/web",
            "--advertise",
            control(),
            "--config",
            first);
    assertThat(made.code()).as(made.err()).isZero();
    CommandRun joined =
        CommandRun.of(
            Stream.concat(
                    Arrays.stream(made.out().strip().split(" ")).skip(1),
                    Stream.of("--state-dir", state))
                .toArray());
    assertThat(joined.code()).as(joined.err()).isZero();
    try (AttachedNode n1 = AttachedNode.attach(state, control())) {
      assertThat(n1.link().status().attached()).isTrue();

      CommandRun revoked = CommandRun.of("delete", "node", "n1", "--config", first);
      assertThat(revoked.code()).as(revoked.err()).isZero();

      Await.until(Duration.ofSeconds(5), "its link ends", () -> !n1.link().status().attached());
      Await.until(
          "it is refused",
          () -> String.valueOf(n1.link().status().lastError()).contains("no longer good"));
    }
  }

  /** Where the second one takes links. */
  private String control() {
    String listening = "listening control ";
    return saidBySecond.stream()
        .filter(line -> line.startsWith(listening))
        .findFirst()
        .orElseThrow()
        .substring(listening.length());
  }

  private static JsonNode status(Path config) {
    return CommandRun.of("status", "-o", "json", "--config", config).answers().getFirst();
  }

  private static long number(String revision) {
    return Long.parseLong(revision.substring(revision.indexOf('.') + 1));
  }

  private void start(Path file, Consumer<String> said) {
    nodes.add(Node.start(Objects.requireNonNull(NodeFileReader.read(file).config()), said));
  }

  private Path node(String name, PostgresServer server, String schema) throws IOException {
    Path file = folder.resolve(name).resolve("node.yaml");
    Files.createDirectories(file.getParent());
    Files.writeString(
        file,
        """
        apiVersion: herald.io/v1alpha1
        kind: Node
        metadata: {name: %s}
        spec:
          roles: [ca, config, admin]
          stateDir: state
          admin: {listen: 127.0.0.1:0}
          control: {listen: "127.0.0.1:0"}
          health: {listen: 127.0.0.1:0}
          metrics: {listen: 127.0.0.1:0}
        """
                .formatted(name)
            + NodeDatabaseTest.postgres(folder, server, schema));
    return file;
  }
}
