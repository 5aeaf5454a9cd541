package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.Await;
import io.heraldmesh.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two control nodes on one database, which hear nothing of each other but what is in it. */
@Timeout(180)
class AppliedElsewhereTest {
  @TempDir Path folder;

  @Test
  void whatOneAcceptsTheOtherDistributesWithoutBeingTold() throws IOException {
    PostgresServer server = PostgresServer.shared();
    String schema = server.settings().schema();
    Path first = node("node-1", server, schema);
    Path second = node("node-2", server, schema);
    Node one = start(first);
    try {
      for (String file : new String[] {"authority.p12", "authority.passphrase"}) {
        Files.createDirectories(folder.resolve("node-2/state"));
        Files.copy(
            folder.resolve("node-1/state").resolve(file),
            folder.resolve("node-2/state").resolve(file));
      }
      Node two = start(second);
      try {
        Path yaml = folder.resolve("strict.yaml");
        Files.writeString(yaml, NodeFolder.PERMISSIVE.replace("PERMISSIVE", "STRICT"));
        CommandRun applied = CommandRun.of("apply", "-f", yaml, "-o", "json", "--config", first);
        assertThat(applied.code()).as(applied.err()).isZero();
        String revision = applied.answers().getFirst().get("revision").asText();

        Await.until(
            "distributed by the other",
            () -> number(status(second).get("distributed").asText()) >= number(revision));
        assertThat(
                CommandRun.of(
                        "get", "peerauthentication", "istio-system/default", "--config", second)
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
      } finally {
        two.stop();
      }
    } finally {
      one.stop();
    }
  }

  private static JsonNode status(Path config) {
    return CommandRun.of("status", "-o", "json", "--config", config).answers().getFirst();
  }

  private static long number(String revision) {
    return Long.parseLong(revision.substring(revision.indexOf('.') + 1));
  }

  private static Node start(Path file) {
    return Node.start(Objects.requireNonNull(NodeFileReader.read(file).config()));
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
          health: {listen: 127.0.0.1:0}
          metrics: {listen: 127.0.0.1:0}
        """
                .formatted(name)
            + NodeDatabaseTest.postgres(folder, server, schema));
    return file;
  }
}
