package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code herald delete} takes for what, against a node that runs. */
@Timeout(120)
class DeleteCommandTest {
  @TempDir Path folder;
  private NodeFolder files;
  private Node node;

  @BeforeEach
  void aNodeAndThreeThatAreNotThere() throws IOException {
    files = new NodeFolder(folder.resolve("n"));
    Files.createDirectory(
        files.state(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    try (Store store = SqliteStore.open(files.state().resolve("herald.db"))) {
      for (String name : List.of("n7", "n8", "n9")) {
        store.registrations().add(new Registration(name, "a", "web", "test", Instant.now()));
      }
    }
    node = Node.start(Objects.requireNonNull(NodeFileReader.read(files.file()).config()));
  }

  @AfterEach
  void stop() {
    node.stop();
  }

  @Test
  void aNodeIsNamedAsKindsAreInAnyCaseInTheSingularOrThePlural() {
    assertThat(herald("status").out()).contains("n7: ", "n8: ", "n9: ");
    assertRevoked("nodes", "n7");
    assertRevoked("Node", "n8");
    assertRevoked("NODES", "n9");
    assertThat(herald("status").out()).doesNotContain("n7: ", "n8: ", "n9: ");
  }

  private void assertRevoked(String kind, String name) {
    CommandRun run = herald("delete", kind, name);
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).contains("node " + name + " is revoked");
  }

  @Test
  void aKindThatThereIsNotIsToldWithThoseThatThereAre() {
    for (String kind : List.of("nod", "Bogus", "security.istio.io/Bogus", "VirtualService")) {
      CommandRun run = herald("delete", kind, "n7");
      assertThat(run.code()).as(kind).isEqualTo(2);
      assertThat(run.out()).isEmpty();
      assertThat(run.err()).contains("\"" + kind + "\"", "use node, or one of ", "ServiceEntry");
    }
  }

  @Test
  void whatIsOfANodeAloneIsNotPassedOver() {
    assertUsage("delete", "serviceentry", "a/web", "--workload", "a/web");
    assertUsage("delete", "-f", files.resources().toString(), "--workload", "a/web");
    assertUsage("delete", "node", "n7", "-n", "a");
    assertUsage("delete", "-f", files.resources().toString(), "-n", "a");
    assertThat(herald("status").out()).contains("n7: ");
  }

  private void assertUsage(String... words) {
    assertThat(herald(words).code()).as(String.join(" ", words)).isEqualTo(2);
  }

  @Test
  void theNamespaceOfANameAloneMayBeSaidBesideIt() throws IOException {
    Path peers = folder.resolve("peers.yaml");
    Files.writeString(peers, NodeFolder.PERMISSIVE.replace("istio-system", "a"));
    CommandRun applied = herald("apply", "-f", peers.toString());
    assertThat(applied.code()).as(applied.err()).isZero();

    CommandRun elsewhere = herald("delete", "peerauthentication", "default", "-n", "b");
    assertThat(elsewhere.code()).isEqualTo(1);
    assertThat(elsewhere.err()).contains("b/default is not there");
    CommandRun deleted = herald("delete", "peerauthentication", "default", "-n", "a");
    assertThat(deleted.code()).as(deleted.err()).isZero();
    assertThat(deleted.out()).contains("PeerAuthentication a/default deleted");
  }

  private CommandRun herald(String... words) {
    return CommandRun.of(
        Stream.concat(Stream.of(words), Stream.of("--config", files.file().toString())).toArray());
  }
}
