package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heraldmesh.OtherUser;
import io.heraldmesh.PostgresServer;
import io.heraldmesh.node.Node;
import io.heraldmesh.node.NodeDatabaseTest;
import io.heraldmesh.node.NodeFileReader;
import io.heraldmesh.node.NodeFolder;
import io.heraldmesh.store.Revision;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code herald state export|import}, as an operator uses them. */
@Timeout(120)
class StateCommandTest {
  @TempDir Path folder;
  private NodeFolder node;
  private Path out;

  @BeforeEach
  void aNode() throws IOException {
    node = new NodeFolder(folder.resolve("node"));
    out = folder.resolve("backup.jsonl");
  }

  @Test
  void theStateOfARunningNodeIsExportedAndImportedElsewhere() throws IOException {
    Node running = start(node);
    try {
      CommandRun export = CommandRun.of("state", "export", "--config", node.file(), "--out", out);
      assertThat(export.err()).contains("exported").contains(out.toString());
      assertThat(export.code()).isZero();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(out)))
          .isEqualTo("rw-------");
    } finally {
      running.stop();
    }
    NodeFolder other = new NodeFolder(folder.resolve("other"));
    CommandRun imported = CommandRun.of("state", "import", "--config", other.file(), out);
    assertThat(imported.err()).contains("imported").contains("a new epoch");
    assertThat(imported.code()).isZero();
    for (String file : new String[] {"authority.p12", "authority.passphrase"}) {
      Files.copy(node.state().resolve(file), other.state().resolve(file));
    }
    Node restored = start(other);
    try {
      assertThat(restored.health().report().text()).startsWith("ready");
    } finally {
      restored.stop();
    }
    long before;
    try (Store store = SqliteStore.open(node.state().resolve("herald.db"))) {
      before = store.issuanceLog().size();
    }
    try (Store store = SqliteStore.open(other.state().resolve("herald.db"))) {
      assertThat(store.issuanceLog().size()).isGreaterThan(before);
      assertThat(store.revisions().current().epoch()).isGreaterThan(1_700_000_000L);
      assertThat(store.revisions().current().number()).isPositive();
    }
  }

  @Test
  void whatRootImportsIntoTheFolderOfAServiceIsTheServices() throws IOException {
    assumeTrue(OtherUser.myUid() == 0, "not root");
    start(node).stop();
    assertThat(export().code()).isZero();
    NodeFolder other = new NodeFolder(folder.resolve("other"));
    Path state = Files.createDirectories(other.state());
    Files.setAttribute(state, "unix:uid", OtherUser.UID);

    CommandRun imported = CommandRun.of("state", "import", "--config", other.file(), out);
    assertThat(imported.code()).as(imported.err()).isZero();
    try (Stream<Path> all = Files.walk(state)) {
      assertThat(all.toList())
          .contains(state.resolve("lock"), state.resolve("herald.db"))
          .allSatisfy(
              file ->
                  assertThat(Files.getAttribute(file, "unix:uid"))
                      .as(file.toString())
                      .isEqualTo(OtherUser.UID));
    }
  }

  @Test
  void aNodeWhoseStateWasRestoredServesTheRestoredEpoch() throws IOException {
    start(node).stop();
    assertThat(export().code()).isZero();
    assertThat(importing("--yes").code()).isZero();
    Node again = start(node);
    try {
      assertThat(
              Objects.requireNonNull(io.heraldmesh.Await.result(again.meshStatus()).revision())
                  .epoch())
          .isGreaterThan(1);
    } finally {
      again.stop();
    }
  }

  @Test
  void stateThatIsThereIsReplacedOnlyWithYes() throws IOException {
    start(node).stop();
    assertThat(export().code()).isZero();
    CommandRun refused = importing();
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("there is state already").contains("--yes");
    try (Store store = SqliteStore.open(node.state().resolve("herald.db"))) {
      assertThat(store.revisions().current().epoch()).isEqualTo(1);
    }
    CommandRun told = importing("--yes", "-o", "json");
    assertThat(told.code()).isZero();
    assertThat(told.answers().getFirst().get("revision").asLong()).isZero();
    try (Store store = SqliteStore.open(node.state().resolve("herald.db"))) {
      assertThat(store.revisions().current())
          .isEqualTo(new Revision(told.answers().getFirst().get("epoch").asLong(), 0));
    }
  }

  @Test
  void aRunningNodesStateIsNotReplaced() throws IOException {
    Node running = start(node);
    try {
      assertThat(export().code()).isZero();
      CommandRun refused = importing("--yes");
      assertThat(refused.code()).isEqualTo(3);
      assertThat(refused.err()).contains("in use by another herald");
    } finally {
      running.stop();
    }
  }

  @Test
  void exportToldInJsonSaysWhatTheFileHolds() throws IOException {
    start(node).stop();
    CommandRun export =
        CommandRun.of("state", "export", "--config", node.file(), "--out", out, "-o", "json");
    assertThat(export.code()).isZero();
    assertThat(export.answers().getFirst().get("rows").get("issuance").asLong()).isPositive();
    assertThat(export.answers().getFirst().get("trustDomain").asText()).isEqualTo("cluster.local");
  }

  @Test
  void anExportReplacesTheFileOnlyWhenItIsWhole() throws IOException {
    start(node).stop();
    Files.writeString(out, "an older backup");
    Files.writeString(node.state().resolve("herald.db"), "no database");
    assertThat(export().code()).isEqualTo(3);
    assertThat(out).hasContent("an older backup");
    assertThat(folder.resolve("backup.jsonl.new")).doesNotExist();
  }

  @Test
  void anEmptyServerDoesNotTakeThePlaceOfABackup() throws IOException {
    PostgresServer server = PostgresServer.shared();
    node.node(NodeDatabaseTest.postgres(folder, server, server.settings().schema()));
    Files.writeString(out, "the only good backup");
    CommandRun export = export();
    assertThat(export.code()).isEqualTo(3);
    assertThat(export.err()).contains("holds none of Herald's tables");
    assertThat(out).hasContent("the only good backup");
    start(node).stop();
    assertThat(export().code()).isZero();
    assertThat(out).content().startsWith("{\"herald\":\"state\"");
  }

  @Test
  void badInputIsWrongUsage() throws IOException {
    assertThat(importing().code()).as("no file").isEqualTo(2);
    Files.writeString(out, "{}\n");
    CommandRun bad = importing();
    assertThat(bad.code()).isEqualTo(2);
    assertThat(bad.err()).contains(out.toString()).contains("no exported state");
    assertThat(node.state().resolve("herald.db")).as("nothing was made").doesNotExist();
    assertThat(CommandRun.of("state").code()).isEqualTo(2);
    assertThat(CommandRun.of("state", "export", "--config", node.file()).code()).isEqualTo(2);
    start(node).stop();
    assertThat(
            CommandRun.of("state", "export", "--config", node.file(), "--out", "/proc/no/such/file")
                .code())
        .isEqualTo(2);
  }

  @Test
  void aNodeThatNeverRanHasNoState() {
    CommandRun export = export();
    assertThat(export.code()).isEqualTo(3);
    assertThat(export.err()).contains("herald.db: is not there");
    assertThat(node.state()).doesNotExist();
  }

  @Test
  void aNodeFileWithProblemsIsToldSo() throws IOException {
    node.node("  databse: {}\n");
    CommandRun export = export();
    assertThat(export.code()).isEqualTo(1);
    assertThat(export.err()).contains("databse");
  }

  private CommandRun export() {
    return CommandRun.of("state", "export", "--config", node.file(), "--out", out);
  }

  private CommandRun importing(String... more) {
    Object[] all = new Object[5 + more.length];
    System.arraycopy(new Object[] {"state", "import", "--config", node.file(), out}, 0, all, 0, 5);
    System.arraycopy(more, 0, all, 5, more.length);
    return CommandRun.of(all);
  }

  private static Node start(NodeFolder folder) {
    return Node.start(Objects.requireNonNull(NodeFileReader.read(folder.file()).config()));
  }
}
