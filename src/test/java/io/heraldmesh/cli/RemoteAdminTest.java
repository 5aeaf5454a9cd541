package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.ca.Authority;
import io.heraldmesh.ca.AuthorityStore;
import io.heraldmesh.credentials.NodeIdentity;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.node.Node;
import io.heraldmesh.node.NodeFileReader;
import io.heraldmesh.node.NodeFolder;
import io.heraldmesh.store.AuditEvent;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands with an operator's certificate, over the control node's port. */
@Timeout(180)
class RemoteAdminTest {
  private static final TrustDomain TD = new TrustDomain("cluster.local");

  @TempDir Path folder;
  private NodeFolder files;
  private Node node;
  private String control;
  private Authority authority;

  @BeforeEach
  void aControlNode() throws IOException {
    files = new NodeFolder(folder.resolve("n")).node("  control: {listen: 127.0.0.1:0}\n");
    List<String> said = new CopyOnWriteArrayList<>();
    node =
        Node.start(Objects.requireNonNull(NodeFileReader.read(files.file()).config()), said::add);
    control =
        said.stream()
            .filter(line -> line.startsWith("listening control "))
            .findFirst()
            .orElseThrow()
            .substring("listening control ".length());
    authority =
        AuthorityStore.in(files.state())
            .openOrCreate(TD, InstantSource.system(), Crypto.preferred(), new SecureRandom())
            .authority();
  }

  @AfterEach
  void stop() {
    node.stop();
  }

  @Test
  void anOperatorElsewhereChangesAndSeesTheMeshInHerOwnName() throws IOException {
    Path ann = identity(authority, HeraldRole.OPERATOR, "ann", Instant.now());
    Path yaml = folder.resolve("strict.yaml");
    Files.writeString(
        yaml, NodeFolder.PERMISSIVE.replace("istio-system", "a").replace("PERMISSIVE", "STRICT"));

    CommandRun applied = herald(ann, "apply", "-f", yaml.toString(), "--wait");
    assertThat(applied.code()).as(applied.err()).isZero();
    assertThat(herald(ann, "get", "peerauthentication", "a/default").code()).isZero();
    assertThat(herald(ann, "status").code()).isZero();
    CommandRun token =
        herald(ann, "token", "create", "--node", "n7", "--workload", "a/web", "-o", "json");
    assertThat(token.code()).as(token.err()).isZero();
    String id = token.answers().getFirst().get("id").asText();
    assertThat(token.answers().getFirst().get("pin").asText()).startsWith("sha256:");
    assertThat(herald(ann, "token", "list").out())
        .contains(id, "unused", "n7", "a/web")
        .doesNotContain(token.answers().getFirst().get("token").asText());
    assertThat(herald(ann, "token", "revoke", id).code()).isZero();
    assertThat(herald(ann, "token", "revoke", id).code()).isEqualTo(1);

    node.stop();
    try (Store store = SqliteStore.open(files.state().resolve("herald.db"))) {
      assertThat(store.audit().list(0, 10))
          .extracting(row -> row.event().action())
          .containsExactly("tokens.revoke", "tokens.create", "resources.apply");
      assertThat(store.audit().list(0, 10))
          .extracting(row -> row.event())
          .extracting(AuditEvent::actor)
          .containsOnly("spiffe://cluster.local/herald/operator/ann");
    }
  }

  @Test
  void aNodesCertificateIsNoOperatorsAndWhatItAsksForIsInTheAuditLog() throws IOException {
    Path n1 = identity(authority, HeraldRole.NODE, "n1", Instant.now());
    CommandRun refused = herald(n1, "status");
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err())
        .contains("refused")
        .contains("only operators and admins may ask here");
    assertThat(refused.err()).doesNotContain("answers 7");
    assertThat(herald(n1, "token", "create", "--node", "n7").code()).isEqualTo(1);
    assertThat(herald(n1, "get").code()).isEqualTo(1);
    for (int i = 0; i < 3; i++) {
      assertThat(herald(n1, "get").code()).isEqualTo(1);
    }

    node.stop();
    try (Store store = SqliteStore.open(files.state().resolve("herald.db"))) {
      List<AuditEvent> rows = store.audit().list(0, 20).stream().map(row -> row.event()).toList();
      assertThat(rows)
          .extracting(AuditEvent::action)
          .contains("tokens.create", "status", "resources.list");
      assertThat(rows)
          .extracting(AuditEvent::actor)
          .containsOnly("spiffe://cluster.local/herald/node/n1");
      assertThat(rows).extracting(AuditEvent::outcome).containsOnly("refused");
      assertThat(rows)
          .extracting(AuditEvent::detail)
          .allSatisfy(detail -> assertThat(detail).contains("only operators and admins"));
      assertThat(rows)
          .as("repeats are counted")
          .filteredOn(row -> row.action().equals("resources.list"))
          .hasSizeLessThanOrEqualTo(2)
          .anySatisfy(row -> assertThat(row.detail()).endsWith("; 3 times more"));
    }
  }

  @Test
  void aRevokedOperatorIsToldThatItIsTheCertificateAndIsInTheAuditLog() throws IOException {
    Path ann = identity(authority, HeraldRole.OPERATOR, "ann", Instant.now());
    Path bea = identity(authority, HeraldRole.OPERATOR, "bea", Instant.now());
    assertThat(herald(bea, "token", "create", "--node", "ann").code()).isZero();
    CommandRun revoked = herald(bea, "delete", "node", "ann");
    assertThat(revoked.code()).as(revoked.err() + revoked.out()).isZero();

    CommandRun refused = herald(ann, "status");
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err())
        .contains("refused")
        .contains("the control node does not accept the certificate")
        .contains("the certificate is no longer good")
        .doesNotContain("answers 16");

    node.stop();
    try (Store store = SqliteStore.open(files.state().resolve("herald.db"))) {
      assertThat(store.audit().list(0, 20))
          .extracting(row -> row.event())
          .filteredOn(row -> row.actor().equals("unauthenticated"))
          .singleElement()
          .satisfies(
              row -> {
                assertThat(row.outcome()).isEqualTo("refused");
                assertThat(row.detail())
                    .contains("the certificate is no longer good")
                    .contains("spiffe://cluster.local/herald/operator/ann");
              });
    }
  }

  @Test
  void aCertificateOfAnotherMeshOrThatHasEndedIsOfNoUse() throws IOException {
    Authority other =
        Authority.create(TD, InstantSource.system(), Crypto.preferred(), new SecureRandom());
    assertThat(herald(identity(other, HeraldRole.OPERATOR, "eve", Instant.now()), "status").code())
        .isEqualTo(3);
    Authority old =
        Authority.create(
            TD,
            InstantSource.fixed(Instant.now().minus(Duration.ofDays(30))),
            Crypto.preferred(),
            new SecureRandom());
    CommandRun late =
        herald(
            identity(old, HeraldRole.OPERATOR, "ann", Instant.now().minus(Duration.ofDays(20))),
            "status");
    assertThat(late.code()).isEqualTo(2);
    assertThat(late.err()).contains("not valid now").contains(".000Z); join again");
  }

  @Test
  void theOptionsGoTogether() {
    assertThat(CommandRun.of("status", "--control", control).code()).isEqualTo(2);
    assertThat(
            CommandRun.of("status", "--control", "nowhere", "--identity", folder.toString()).code())
        .isEqualTo(2);
    assertThat(
            CommandRun.of("status", "--control", control, "--identity", folder.toString()).code())
        .as("nobody joined there")
        .isEqualTo(2);
  }

  private Path identity(Authority by, HeraldRole role, String name, Instant at) throws IOException {
    KeyPair keys = TestAuthority.keys();
    SpiffeId id = SpiffeId.herald(TD, role, name);
    Path state = Files.createDirectories(folder.resolve("id-" + name + "-" + role.word()));
    NodeIdentity.in(state)
        .store(
            new HeraldSvid(
                id,
                keys.getPrivate(),
                by.sign(keys.getPublic(), id, Duration.ofHours(1), at).chain()),
            by.bundle());
    return state;
  }

  private CommandRun herald(Path identity, String... arguments) {
    return CommandRun.of(
        Stream.concat(
                Stream.of(arguments),
                Stream.of("--control", control, "--identity", identity.toString()))
            .toArray());
  }
}
