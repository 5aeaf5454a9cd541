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
    CompletableFuture<CommandRun> waiting = apply("--timeout", SECONDS + "s");
    untilAccepted();
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
    CompletableFuture<CommandRun> waiting = apply("--timeout", "15s");
    untilAccepted();
    node.stop();

    CommandRun run = waiting.get(SECONDS, TimeUnit.SECONDS);

    assertThat(run.code()).isEqualTo(3);
    assertThat(run.out()).contains("PeerAuthentication a/default created");
    assertThat(run.err()).contains("is accepted", "cannot reach a control node");
  }

  @Test
  void soItIsAsJson() throws Exception {
    CompletableFuture<CommandRun> waiting = apply("--timeout", "15s", "-o", "json");
    untilAccepted();
    node.stop();

    CommandRun run = waiting.get(SECONDS, TimeUnit.SECONDS);

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

  private CompletableFuture<CommandRun> apply(String... more) throws IOException {
    Path yaml =
        Files.writeString(
            folder.resolve("strict.yaml"),
            NodeFolder.PERMISSIVE.replace("istio-system", "a").replace("PERMISSIVE", "STRICT"));
    String[] words =
        Stream.concat(Stream.of("apply", "-f", yaml.toString(), "--wait"), Stream.of(more))
            .toArray(String[]::new);
    return CompletableFuture.supplyAsync(() -> herald(words));
  }

  private void untilAccepted() {
    Await.until("accepted", () -> herald("get", "peerauthentication", "a/default").code() == 0);
  }

  private CommandRun herald(String... words) {
    return CommandRun.of(
        Stream.concat(Stream.of(words), Stream.of("--config", files.file().toString())).toArray());
  }
}
