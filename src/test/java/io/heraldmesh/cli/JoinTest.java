package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.Await;
import io.heraldmesh.bus.AdminCertificates.Registration;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.CaService.IssueRequest;
import io.heraldmesh.bus.CaService.Subject;
import io.heraldmesh.credentials.NodeIdentity;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.Csr;
import io.heraldmesh.identity.EcKeys;
import io.heraldmesh.identity.Fingerprint;
import io.heraldmesh.identity.PeerRole;
import io.heraldmesh.identity.PeerVerdict;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.SpiffeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code herald token} and {@code herald join} against a control node that runs. */
@Timeout(180)
class JoinTest {
  private static final String WRONG_PIN = "sha256:" + "ab".repeat(32);

  @TempDir Path folder;
  private JoiningMesh mesh;

  @BeforeEach
  void aControlNode() throws IOException {
    mesh = JoiningMesh.byTokens(folder);
  }

  @AfterEach
  void stop() {
    mesh.close();
  }

  @Test
  void thePrintedLineJoinsItsNodeOnceWithItsWorkloads() throws IOException {
    CommandRun made = mesh.create("n1", "--workload", "shop/web", "shop/cart");
    assertThat(made.code()).as(made.err()).isZero();
    assertThat(made.out().lines()).hasSize(1);
    assertThat(made.out())
        .startsWith("herald join --control " + mesh.control() + " --name n1 --pin sha256:")
        .doesNotContain("--state-dir");

    CommandRun joined = mesh.join(made, "n1");
    assertThat(joined.code()).as(joined.err()).isZero();
    assertThat(joined.out()).startsWith("joined as spiffe://cluster.local/herald/node/n1 until ");

    NodeIdentity.Held held = mesh.held("n1");
    assertThat(held.svid().id()).hasToString("spiffe://cluster.local/herald/node/n1");
    assertThat(verified(held)).isEqualTo(held.svid().id());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(mesh.state("n1"))))
        .isEqualTo("rwx------");
    assertThat(mesh.state("n1").resolve("node/join-key.pem")).doesNotExist();
    givenOnlyWhatIsRegistered();
    assertThat(registrations("n1")).containsExactlyInAnyOrder("shop/web", "shop/cart");
    assertThat(mesh.audited())
        .anyMatch(row -> row.contains("token.create") || row.contains("tokens.create"))
        .anyMatch(row -> row.contains("enrol spiffe://cluster.local/herald/node/n1 done"));
    assertThat(String.join("\n", mesh.audited()) + joined.out() + joined.err())
        .doesNotContain(JoiningMesh.word(made, "--token"));
  }

  @Test
  void theSameKeyMayRepeatItAndASecondKeyMayNot() throws IOException {
    CommandRun made = mesh.create("n1");
    assertThat(mesh.join(made, "n1").code()).isZero();
    NodeIdentity.Held first = mesh.held("n1");

    assertThat(mesh.join(made, "n1").code()).as("the answer was lost").isZero();
    assertThat(mesh.held("n1").svid().leaf().getPublicKey())
        .isEqualTo(first.svid().leaf().getPublicKey());
    assertThat(mesh.held("n1").svid().leaf()).isNotEqualTo(first.svid().leaf());

    CommandRun thief = mesh.join(made, "thief");
    assertThat(thief.code()).isEqualTo(1);
    assertThat(thief.err()).contains("refused: TOKEN_USED");
    assertThat(NodeIdentity.in(mesh.state("thief")).load(Crypto.preferred())).isEmpty();
    assertThat(mesh.audited()).anyMatch(row -> row.contains("refused TOKEN_USED"));
  }

  @Test
  void aJoinThatWasCutOffGoesOnWithItsKey() throws IOException {
    CommandRun made = mesh.create("n1");
    String port = mesh.control().substring(mesh.control().lastIndexOf(':') + 1);
    // Nobody is there: the key is on disk, nothing else.
    CommandRun cut =
        CommandRun.of(
            "join",
            "--control",
            "127.0.0.1:1",
            "--name",
            "n1",
            "--pin",
            JoiningMesh.word(made, "--pin"),
            "--token",
            JoiningMesh.word(made, "--token"),
            "--state-dir",
            mesh.state("n1"),
            "--wait",
            "0s");
    assertThat(cut.code()).isEqualTo(3);
    Path key = mesh.state("n1").resolve("node/join-key.pem");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
        .isEqualTo("rw-------");
    var begun = NodeIdentity.in(mesh.state("n1")).joiningKey(Crypto.preferred()).orElseThrow();

    CommandRun again = mesh.join(made, "n1", "--control", "127.0.0.1:" + port);
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(mesh.held("n1").svid().key().getEncoded()).isEqualTo(begun.getEncoded());
  }

  @Test
  void aTokenForAnotherNameGivesNothingAndStaysGood() throws IOException {
    CommandRun made = mesh.create("n1");
    CommandRun other =
        CommandRun.of(
            "join",
            "--control",
            mesh.control(),
            "--name",
            "n2",
            "--pin",
            JoiningMesh.word(made, "--pin"),
            "--token",
            JoiningMesh.word(made, "--token"),
            "--state-dir",
            mesh.state("n2"));
    assertThat(other.code()).isEqualTo(1);
    assertThat(other.err()).contains("refused: OTHER_NAME");
    assertThat(NodeIdentity.in(mesh.state("n2")).load(Crypto.preferred())).isEmpty();
    assertThat(list().get("tokens").get(0).get("state").asText()).isEqualTo("unused");
    assertThat(mesh.audited()).anyMatch(row -> row.contains("refused OTHER_NAME"));

    CommandRun right = mesh.join(made, "n1");
    assertThat(right.code()).as(right.err()).isZero();
  }

  @Test
  void aTokenThatWasTakenBackOrNeverMadeLetsNobodyIn() throws IOException {
    CommandRun made = mesh.create("n1");
    String id = list().get("tokens").get(0).get("id").asText();
    assertThat(mesh.admin("token", "revoke", id).code()).isZero();
    assertThat(mesh.admin("token", "revoke", id).code()).isEqualTo(1);
    CommandRun late = mesh.join(made, "n1");
    assertThat(late.code()).isEqualTo(1);
    assertThat(late.err()).contains("refused: TOKEN_UNKNOWN");
    assertThat(list().get("tokens")).isEmpty();
  }

  @Test
  void theListSaysWhoUsedWhatAndNoSecret() throws IOException {
    CommandRun made = mesh.create("n1", "--workload", "shop/web", "-o", "json");
    JsonNode json = made.answers().getFirst();
    assertThat(list().get("tokens").get(0).get("state").asText()).isEqualTo("unused");
    assertThat(
            CommandRun.of(
                    Stream.concat(
                            Arrays.stream(json.get("command").asText().split(" ")).skip(1),
                            Stream.of("--state-dir", mesh.state("n1").toString()))
                        .toArray())
                .code())
        .isZero();
    JsonNode used = list().get("tokens").get(0);
    assertThat(used.get("state").asText()).isEqualTo("used");
    assertThat(used.get("usedBy").asText())
        .isEqualTo(Fingerprint.of(mesh.held("n1").svid().leaf().getPublicKey()).toString());
    assertThat(list().toString()).doesNotContain(json.get("token").asText());
    assertThat(mesh.admin("token", "list").out()).contains("shop/web").contains("used");
  }

  @Test
  void aTokenMayComeFromAFile() throws IOException {
    CommandRun made = mesh.create("n1");
    Path file =
        Files.writeString(folder.resolve("token"), JoiningMesh.word(made, "--token") + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    CommandRun joined =
        CommandRun.of(
            "join",
            "--control",
            mesh.control(),
            "--name",
            "n1",
            "--pin",
            JoiningMesh.word(made, "--pin"),
            "--token-file",
            file,
            "--state-dir",
            mesh.state("n1"));
    assertThat(joined.code()).as(joined.err()).isZero();
  }

  @Test
  void aFileWithATokenIsForItsOwnerOnly() throws IOException {
    Path file = Files.writeString(folder.resolve("token"), "x\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    CommandRun run =
        CommandRun.of(
            "join",
            "--control",
            mesh.control(),
            "--name",
            "n1",
            "--pin",
            WRONG_PIN,
            "--token-file",
            file,
            "--state-dir",
            mesh.state("n1"));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains(file + ": others may open this token file (rw-r--r--); run: chmod 600");
  }

  @Test
  void whereToFindAControlNodeIsAHostAndPerhapsAPort() {
    for (String wrong :
        List.of(
            "a b",
            "x;reboot",
            "http://host",
            "host:",
            "host:99999",
            "[host]:1",
            "10.0.0.300",
            "::1")) {
      CommandRun run =
          CommandRun.of(
              "token",
              "create",
              "--node",
              "n1",
              "--advertise",
              wrong,
              "--socket",
              folder.resolve("none"));
      assertThat(run.code()).as(wrong).isEqualTo(2);
      assertThat(run.err()).as(wrong).contains("control node: ");
    }
    for (String right :
        List.of(
            "host", "host.example", "host:1", "10.0.0.3", "10.0.0.3:15012", "[::1]", "[::1]:1")) {
      CommandRun run =
          CommandRun.of(
              "token",
              "create",
              "--node",
              "n1",
              "--advertise",
              right,
              "--socket",
              folder.resolve("none"));
      assertThat(run.code()).as(right).isEqualTo(3);
    }
  }

  @Test
  void whatIsNoTokenPinNameOrRoleIsToldAtOnce() {
    Object[][] wrong = {
      {"--control", mesh.control(), "--name", "n", "--pin", "sha256:ab", "--token", "x"},
      {"--control", mesh.control(), "--name", "n", "--pin", WRONG_PIN, "--token", "a b"},
      {"--control", mesh.control(), "--name", "n", "--pin", WRONG_PIN},
      {
        "--control",
        mesh.control(),
        "--name",
        "n",
        "--pin",
        WRONG_PIN,
        "--token",
        "x",
        "--token-file",
        "y"
      },
      {"--control", "host:0", "--name", "n", "--pin", WRONG_PIN, "--token", "x"},
      {"--name", "n", "--pin", WRONG_PIN, "--token", "x"},
    };
    for (Object[] words : wrong) {
      CommandRun run =
          CommandRun.of(
              Stream.of(
                      Stream.of("join"),
                      Arrays.stream(words),
                      Stream.of("--state-dir", mesh.state("n")))
                  .flatMap(w -> w)
                  .toArray());
      assertThat(run.code()).as(run.err()).isEqualTo(2);
    }
    assertThat(mesh.state("n")).doesNotExist();
    assertThat(mesh.create("n*").code()).isEqualTo(2);
    assertThat(mesh.create("n", "--workload", "shop").code()).isEqualTo(2);
    assertThat(mesh.create("n", "--role", "king").code()).isEqualTo(2);
    assertThat(mesh.create("c", "--role", "ca", "--workload", "shop/web").code()).isEqualTo(2);
    assertThat(mesh.create("n", "--ttl", "25h").code()).isEqualTo(2);
  }

  @Test
  void aControlNodesNameIsNotForThoseWhoJoin() {
    for (String role : List.of("node", "ca", "config", "admin", "operator")) {
      CommandRun made = mesh.create("node-1", "--role", role);
      assertThat(made.code()).as(made.err()).isEqualTo(1);
      assertThat(made.err()).contains("node-1 is a control node: it signs its own identity");
      assertThat(made.out()).isEmpty();
    }
  }

  @Test
  void whoAsksTooOftenIsToldSoAndMayCome() throws IOException {
    CommandRun made = mesh.create("n1");
    CommandRun last = null;
    for (int i = 0; i < 60; i++) {
      last =
          CommandRun.of(
              "join",
              "--control",
              mesh.control(),
              "--name",
              "n" + i,
              "--pin",
              JoiningMesh.word(made, "--pin"),
              "--token",
              "wrong-" + i,
              "--state-dir",
              mesh.state("wrong"),
              "--wait",
              "0s");
      if (last.err().contains("TOO_MANY")) {
        break;
      }
      assertThat(last.err()).contains("TOKEN_UNKNOWN");
    }
    assertThat(Objects.requireNonNull(last).code()).as(last.err()).isEqualTo(3);
    assertThat(last.err()).contains("TOO_MANY");
    CommandRun patient = mesh.join(made, "n1");
    assertThat(patient.code()).as("it waits: " + patient.err()).isZero();
  }

  private JsonNode list() {
    return mesh.admin("token", "list", "-o", "json").answers().getFirst();
  }

  /** The node attaches by its new identity, and gets leaves for its own workloads alone. */
  private void givenOnlyWhatIsRegistered() {
    try (AttachedNode n1 = AttachedNode.attach(mesh.state("n1"), mesh.control())) {
      assertThat(n1.link().status().attached()).isTrue();
      assertThat(Await.result(n1.ca().issue(leaf("shop", "web"))).chain()).isNotEmpty();
      assertThat(Await.failure(n1.ca().issue(leaf("shop", "bank"))))
          .isInstanceOfSatisfying(
              BusException.class,
              e -> assertThat(e.failure()).isEqualTo(BusFailure.NOT_REGISTERED));
    }
  }

  private static IssueRequest leaf(String namespace, String serviceAccount) {
    Crypto crypto = Crypto.preferred();
    return new IssueRequest(
        ByteString.of(Csr.create(EcKeys.generate(crypto), crypto)),
        new Subject.Workload(namespace, serviceAccount),
        null);
  }

  private List<String> registrations(String of) {
    return mesh.registrations().stream()
        .filter(r -> r.node().equals(of))
        .map(Registration::workload)
        .toList();
  }

  private static SpiffeId verified(NodeIdentity.Held held) {
    return switch (new PeerVerifier(Crypto.preferred())
        .verify(held.svid().chain(), held.bundle(), PeerRole.CLIENT, Instant.now())) {
      case PeerVerdict.Accepted(SpiffeId id, Instant _) -> id;
      case PeerVerdict.Refused refused -> throw new AssertionError(refused);
    };
  }
}
