package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.Await;
import io.heraldmesh.node.Node;
import io.heraldmesh.node.NodeFileReader;
import io.heraldmesh.node.NodeFolder;
import io.heraldmesh.store.Registration;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code herald apply --wait} whose control node goes away while a node lags. */
@Timeout(180)
class ApplyWaitTest {
  private static final String AWAY = "n9";
  private static final long SECONDS = 100;
  private static final int ATTEMPTS = 5;

  @TempDir Path folder;
  private NodeFolder files;
  private Node node;

  @BeforeEach
  void aNodeAndOneThatIsNotThere() throws IOException {
    files = new NodeFolder(folder.resolve("n"));
    Files.createDirectory(
        files.state(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    try (Store store = SqliteStore.open(files.state().resolve("herald.db"))) {
      store.registrations().add(new Registration(AWAY, "a", "web", "test", Instant.now()));
    }
    node = start();
  }

  private Node start() {
    return Node.start(Objects.requireNonNull(NodeFileReader.read(files.file()).config()));
  }

  @AfterEach
  void stop() {
    node.stop();
  }

  @Test
  void itGoesOnWithTheOneThatWasStartedAgain() throws Exception {
    CompletableFuture<CommandRun> waiting = apply("a", "--timeout", SECONDS + "s");
    untilAccepted("a");
    node.stop();
    node = start();

    assertThat(herald("delete", "node", AWAY).code()).isZero();
    CommandRun run = waiting.get(SECONDS, TimeUnit.SECONDS);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("PeerAuthentication a/default created", "in force on 1 of 1 nodes");
  }

  @Test
  void whatWasAcceptedIsToldAlsoWhenNobodyCanBeAskedAnyMore() throws Exception {
    CommandRun run = leftAlone();

    assertThat(run.code()).isEqualTo(3);
    assertThat(run.out()).contains("PeerAuthentication a", "/default created");
    assertThat(run.err()).contains("is accepted", "cannot reach a control node");
  }

  @Test
  void soItIsAsJson() throws Exception {
    CommandRun run = leftAlone("-o", "json");

    assertThat(run.code()).isEqualTo(3);
    assertThat(run.answers())
        .singleElement()
        .satisfies(
            answer -> {
              assertThat(answer.get("result").asText()).isEqualTo("applied");
              assertThat(answer.get("revision").asText()).contains(".");
              assertThat(answer.get("inForce")).as("nobody knows").isNull();
            })
        .isInstanceOf(JsonNode.class);
  }

  /**
   * Waits for what was accepted when the node stops. It may stop before it has said so, and then
   * nobody knows: once more.
   */
  private CommandRun leftAlone(String... more) throws Exception {
    CommandRun run = null;
    for (int attempt = 0; run == null || run.out().isEmpty() && attempt < ATTEMPTS; attempt++) {
      if (run != null) {
        node = start();
      }
      String namespace = "a" + attempt;
      CompletableFuture<CommandRun> waiting =
          apply(
              namespace,
              Stream.concat(Stream.of("--timeout", "15s"), Stream.of(more)).toArray(String[]::new));
      untilAccepted(namespace);
      node.stop();
      run = waiting.get(SECONDS, TimeUnit.SECONDS);
    }
    return run;
  }

  private CompletableFuture<CommandRun> apply(String namespace, String... more) throws IOException {
    Path yaml =
        Files.writeString(
            folder.resolve("strict.yaml"),
            NodeFolder.PERMISSIVE
                .replace("istio-system", namespace)
                .replace("PERMISSIVE", "STRICT"));
    String[] words =
        Stream.concat(Stream.of("apply", "-f", yaml.toString(), "--wait"), Stream.of(more))
            .toArray(String[]::new);
    return CompletableFuture.supplyAsync(() -> herald(words));
  }

  private void untilAccepted(String namespace) {
    Await.until(
        "accepted", () -> herald("get", "peerauthentication", namespace + "/default").code() == 0);
  }

  private CommandRun herald(String... words) {
    return CommandRun.of(
        Stream.concat(Stream.of(words), Stream.of("--config", files.file().toString())).toArray());
  }
}
