package io.heraldmesh.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.heraldmesh.Await;
import io.heraldmesh.PostgresServer;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.store.AuthorityCertificate;
import io.heraldmesh.store.AuthorityCertificate.Phase;
import io.heraldmesh.store.PostgresSettings;
import io.heraldmesh.store.Registration;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.Backup;
import io.heraldmesh.store.sql.PostgresStore;
import io.heraldmesh.store.sql.SqliteStore;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where a node keeps what must not be lost. */
@Timeout(120)
public class NodeDatabaseTest {
  private static final String WORKLOAD =
      """
        workloads:
        - {namespace: a, name: caller, outbound: {listen: "127.0.0.1:0"}}
      """;

  @TempDir Path folder;

  @Test
  void aNodeKeepsAllOfItInItsFile() throws IOException {
    NodeFolder node = new NodeFolder(folder).node(WORKLOAD);
    start(node).stop();
    long issued;
    try (Store store = SqliteStore.open(node.state().resolve("herald.db"))) {
      issued = kept(store);
    }
    start(node).stop();
    try (Store store = SqliteStore.open(node.state().resolve("herald.db"))) {
      assertThat(kept(store)).as("the log goes on").isGreaterThan(issued);
    }
  }

  @Test
  void aNodeKeepsAllOfItInPostgres() throws IOException {
    PostgresServer server = PostgresServer.shared();
    String schema = server.settings().schema();
    NodeFolder node = new NodeFolder(folder).node(WORKLOAD + postgres(server, schema));
    start(node).stop();
    assertThat(node.state().resolve("herald.db")).doesNotExist();
    long issued;
    try (Store store = PostgresStore.open(server.settings(schema))) {
      issued = kept(store);
    }
    start(node).stop();
    try (Store store = PostgresStore.open(server.settings(schema))) {
      assertThat(kept(store)).isGreaterThan(issued);
    }
  }

  private static long kept(Store store) {
    assertThat(store.authority().trustDomain()).contains("cluster.local");
    assertThat(store.authority().certificates())
        .extracting(AuthorityCertificate::kind, AuthorityCertificate::phase)
        .containsExactlyInAnyOrder(
            tuple(AuthorityCertificate.Kind.ROOT, Phase.ACTIVE),
            tuple(AuthorityCertificate.Kind.ISSUER, Phase.ACTIVE));
    assertThat(store.registrations().of("node-1"))
        .extracting(Registration::namespace, Registration::serviceAccount)
        .containsExactly(tuple("a", "default"));
    assertThat(store.revisions().current().number()).isPositive();
    assertThat(store.issuanceLog().size()).isGreaterThanOrEqualTo(4);
    return store.issuanceLog().size();
  }

  @Test
  void twoControlNodesUnderOneRootShareAServer() throws IOException {
    PostgresServer server = PostgresServer.shared();
    String database = postgres(server, server.settings().schema());
    NodeFolder one = new NodeFolder(folder.resolve("one")).node(database);
    Node first = start(one);
    NodeFolder two = new NodeFolder(folder.resolve("two")).node(database);
    Files.writeString(two.file(), Files.readString(two.file()).replace("node-1", "node-2"));
    Files.createDirectories(two.state());
    for (String file : new String[] {"authority.p12", "authority.passphrase"}) {
      Files.copy(one.state().resolve(file), two.state().resolve(file));
    }
    Node second = start(two);
    Revision before = revision(second);
    first.stop();
    second.stop();
    assertThat(before.number()).isGreaterThan(1);
  }

  @Test
  void aControlNodeUnderAnotherRootIsRefused() throws IOException {
    PostgresServer server = PostgresServer.shared();
    String database = postgres(server, server.settings().schema());
    Node first = start(new NodeFolder(folder.resolve("one")).node(database));
    NodeFolder two = new NodeFolder(folder.resolve("two")).node(database);
    assertThatExceptionOfType(StartFailure.class)
        .isThrownBy(() -> start(two).stop())
        .withMessageContaining("sign under root")
        .withMessageContaining("spec.authority");
    first.stop();
  }

  @Test
  void aBackupFromBeforeARootWasChangedKeepsNoControlNodeFromStarting() throws IOException {
    PostgresServer server = PostgresServer.shared();
    PostgresSettings settings = server.settings();
    String database = postgres(server, settings.schema());
    start(new NodeFolder(folder.resolve("one")).node(database)).stop();
    Path file = folder.resolve("monday.jsonl");
    try (Backup backup = Backup.toRead(settings);
        OutputStream out = Files.newOutputStream(file)) {
      backup.export(out, Instant.now());
    }
    try (Backup backup = Backup.toWrite(settings)) {
      backup.importFrom(file, true, Instant.now());
    }
    NodeFolder two = new NodeFolder(folder.resolve("two")).node(database);
    Node renewed = start(two);
    NodeFolder three = new NodeFolder(folder.resolve("three")).node(database);
    assertThatExceptionOfType(StartFailure.class)
        .as("from then on the root of the first to start is the mesh's")
        .isThrownBy(() -> start(three).stop())
        .withMessageContaining("sign under root");
    renewed.stop();
    start(two).stop();
    try (Store store = PostgresStore.open(settings)) {
      assertThat(store.authority().certificates())
          .extracting(AuthorityCertificate::kind, AuthorityCertificate::phase)
          .containsExactlyInAnyOrder(
              tuple(AuthorityCertificate.Kind.ROOT, Phase.DROPPED),
              tuple(AuthorityCertificate.Kind.ISSUER, Phase.DROPPED),
              tuple(AuthorityCertificate.Kind.ROOT, Phase.ACTIVE),
              tuple(AuthorityCertificate.Kind.ISSUER, Phase.ACTIVE));
    }
  }

  @Test
  void theStateOfAnotherTrustDomainIsRefused() throws IOException {
    NodeFolder one = new NodeFolder(folder.resolve("one")).node("  trustDomain: one.test\n");
    start(one).stop();
    NodeFolder two =
        new NodeFolder(folder.resolve("two"))
            .node(
                "  trustDomain: two.test\n  database: {sqlite: "
                    + one.state().resolve("herald.db")
                    + "}\n");
    assertThatExceptionOfType(StartFailure.class)
        .isThrownBy(() -> start(two).stop())
        .withMessageContaining("one.test")
        .withMessageContaining("two.test");
  }

  @Test
  void aPasswordFileThatOthersMayReadIsRefused() throws IOException {
    PostgresServer server = PostgresServer.shared();
    NodeFolder node = new NodeFolder(folder).node(postgres(server, "public"));
    Files.setPosixFilePermissions(
        folder.resolve("password"), PosixFilePermissions.fromString("rw-r-----"));
    assertThatExceptionOfType(StartFailure.class)
        .isThrownBy(() -> start(node).stop())
        .withMessageContaining("password file")
        .withMessageContaining("chmod 600")
        .satisfies(e -> assertThat(e).hasMessageNotContaining(PostgresServer.PASSWORD));
  }

  @Test
  void whatChangesWhileTheServerIsAwayIsInForceWhenItIsBack() throws Exception {
    try (PostgresServer server = PostgresServer.start()) {
      NodeFolder folderOfNode = new NodeFolder(folder).node(WORKLOAD + postgres(server, "mesh"));
      Node node = start(folderOfNode);
      try {
        Revision before = revision(node);
        server.kill();
        folderOfNode.write(
            "strict.yaml",
            """
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: default, namespace: a}
            spec: {mtls: {mode: STRICT}}
            """);
        Await.until(
            "the node says so", () -> node.health().report().text().contains("cannot be reached"));
        assertThat(revision(node)).isEqualTo(before);
        server.startAgain();
        Await.until("the change is in force", () -> revision(node).isAfter(before));
        Await.until("the node is well", () -> !node.health().report().text().contains("last good"));
      } finally {
        node.stop();
      }
    }
  }

  private static Revision revision(Node node) {
    return Objects.requireNonNull(Await.result(node.meshStatus()).revision());
  }

  private static Node start(NodeFolder folder) {
    NodeFileReader.Result read = NodeFileReader.read(folder.file());
    assertThat(read.problems().text()).doesNotContain("error");
    return Node.start(Objects.requireNonNull(read.config()));
  }

  private String postgres(PostgresServer server, String schema) throws IOException {
    return postgres(folder, server, schema);
  }

  /** The lines of a node file; the password's file is made in {@code folder}. */
  public static String postgres(Path folder, PostgresServer server, String schema)
      throws IOException {
    Path password = folder.resolve("password");
    Files.writeString(password, PostgresServer.PASSWORD + "\n");
    Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
    return "  database: {postgres: {url: \"postgresql://%s/postgres\", user: %s, passwordFile: %s, schema: %s, tls: {disabled: true}}}\n"
        .formatted(server.host(), PostgresServer.USER, password, schema);
  }
}
