package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.Await;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.AdminAudit.AuditRequest;
import io.heraldmesh.bus.AdminCertificates.Registration;
import io.heraldmesh.bus.AdminCertificates.RegistrationsRequest;
import io.heraldmesh.bus.AdminService;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.CaService.IssueRequest;
import io.heraldmesh.bus.CaService.Subject;
import io.heraldmesh.bus.Revocations;
import io.heraldmesh.bus.SchemaLevel;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.credentials.NodeIdentity;
import io.heraldmesh.credentials.RenewableIdentity;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.enrol.proto.EnrolAnswer;
import io.heraldmesh.enrol.proto.EnrolmentGrpcService;
import io.heraldmesh.enrol.proto.RootsAnswer;
import io.heraldmesh.identity.Csr;
import io.heraldmesh.identity.EcKeys;
import io.heraldmesh.identity.Fingerprint;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.PeerRole;
import io.heraldmesh.identity.PeerVerdict;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.link.ControlMethod;
import io.heraldmesh.link.ControlServer;
import io.heraldmesh.link.LinkClient;
import io.heraldmesh.proxy.HostPort;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
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
  private final List<String> said = new ArrayList<>();
  private NodeFolder files;
  private Node node;

  @BeforeEach
  void aControlNode() throws IOException {
    files = new NodeFolder(folder.resolve("control"));
    files.node("  roles: [ca, config, admin]\n  control: {listen: \"127.0.0.1:0\"}\n");
    node =
        Node.start(Objects.requireNonNull(NodeFileReader.read(files.file()).config()), said::add);
  }

  @AfterEach
  void stop() {
    node.stop();
  }

  @Test
  void thePrintedLineJoinsItsNodeOnceWithItsWorkloads() throws IOException {
    CommandRun made = create("n1", "--workload", "shop/web", "shop/cart");
    assertThat(made.code()).as(made.err()).isZero();
    assertThat(made.out().lines()).hasSize(1);
    assertThat(made.out())
        .startsWith("herald join --control " + control() + " --name n1 --pin sha256:")
        .doesNotContain("--state-dir");

    CommandRun joined = join(made, "n1");
    assertThat(joined.code()).as(joined.err()).isZero();
    assertThat(joined.out()).startsWith("joined as spiffe://cluster.local/herald/node/n1 until ");

    NodeIdentity.Held held = held("n1");
    assertThat(held.svid().id()).hasToString("spiffe://cluster.local/herald/node/n1");
    assertThat(verified(held)).isEqualTo(held.svid().id());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state("n1"))))
        .isEqualTo("rwx------");
    assertThat(state("n1").resolve("node/join-key.pem")).doesNotExist();
    givenOnlyWhatIsRegistered(held);
    assertThat(registrations("n1")).containsExactlyInAnyOrder("shop/web", "shop/cart");
    assertThat(audited())
        .anyMatch(row -> row.contains("token.create") || row.contains("tokens.create"))
        .anyMatch(row -> row.contains("enrol spiffe://cluster.local/herald/node/n1 done"));
    assertThat(String.join("\n", audited()) + joined.out() + joined.err())
        .doesNotContain(word(made, "--token"));
  }

  @Test
  void theSameKeyMayRepeatItAndASecondKeyMayNot() throws IOException {
    CommandRun made = create("n1");
    assertThat(join(made, "n1").code()).isZero();
    NodeIdentity.Held first = held("n1");

    assertThat(join(made, "n1").code()).as("the answer was lost").isZero();
    assertThat(held("n1").svid().leaf().getPublicKey())
        .isEqualTo(first.svid().leaf().getPublicKey());
    assertThat(held("n1").svid().leaf()).isNotEqualTo(first.svid().leaf());

    CommandRun thief = join(made, "thief");
    assertThat(thief.code()).isEqualTo(1);
    assertThat(thief.err()).contains("refused: TOKEN_USED");
    assertThat(NodeIdentity.in(state("thief")).load(Crypto.preferred())).isEmpty();
    assertThat(audited()).anyMatch(row -> row.contains("refused TOKEN_USED"));
  }

  @Test
  void aJoinThatWasCutOffGoesOnWithItsKey() throws IOException {
    CommandRun made = create("n1");
    String port = control().substring(control().lastIndexOf(':') + 1);
    // Nobody is there: the key is on disk, nothing else.
    CommandRun cut =
        CommandRun.of(
            "join",
            "--control",
            "127.0.0.1:1",
            "--name",
            "n1",
            "--pin",
            word(made, "--pin"),
            "--token",
            word(made, "--token"),
            "--state-dir",
            state("n1"),
            "--wait",
            "0s");
    assertThat(cut.code()).isEqualTo(3);
    Path key = state("n1").resolve("node/join-key.pem");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
        .isEqualTo("rw-------");
    var begun = NodeIdentity.in(state("n1")).joiningKey(Crypto.preferred()).orElseThrow();

    CommandRun again = join(made, "n1", "--control", "127.0.0.1:" + port);
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(held("n1").svid().key().getEncoded()).isEqualTo(begun.getEncoded());
  }

  @Test
  void whoIsNotOfThePinnedRootNeverSeesTheToken() throws IOException {
    CommandRun made = create("n1");
    CommandRun refused =
        CommandRun.of(
            "join",
            "--control",
            control(),
            "--name",
            "n1",
            "--pin",
            WRONG_PIN,
            "--token",
            word(made, "--token"),
            "--state-dir",
            state("n1"));
    assertThat(refused.code()).isEqualTo(3);
    assertThat(refused.err()).contains("not of the mesh with the root " + WRONG_PIN);
    assertThat(NodeIdentity.in(state("n1")).load(Crypto.preferred())).isEmpty();
    // It was not used up.
    assertThat(join(made, "n1").code()).isZero();
  }

  @Test
  void aManInTheMiddleThatShowsTheRightRootsGetsNoToken() throws IOException {
    CommandRun made = create("n1");
    assertThat(join(made, "n1").code()).isZero();
    NodeIdentity.Held real = held("n1");
    TestAuthority foreign = new TestAuthority(InstantSource.system());
    // With a certificate of its own authority, and with that of a node of the mesh.
    assertThat(
            tokensSeenBy(
                new RenewableIdentity(foreign.svid(HeraldRole.CONFIG, "c1"), foreign.bundle()),
                real,
                made))
        .isZero();
    assertThat(tokensSeenBy(new RenewableIdentity(real.svid(), real.bundle()), real, made))
        .isZero();
  }

  /** How many calls with a token reach a server that shows {@code identity} and says the roots. */
  private int tokensSeenBy(RenewableIdentity identity, NodeIdentity.Held real, CommandRun made) {
    AtomicInteger seen = new AtomicInteger();
    AtomicInteger asked = new AtomicInteger();
    Vertx vertx = Vertx.vertx();
    try {
      RootsAnswer.Builder roots = RootsAnswer.newBuilder();
      real.bundle()
          .of(real.svid().id().trustDomain())
          .forEach(root -> roots.addRoot(com.google.protobuf.ByteString.copyFrom(der(root))));
      ControlServer server =
          new ControlServer(
              vertx,
              identity,
              Crypto.preferred(),
              InstantSource.system(),
              () -> Revocations.NONE,
              10,
              List.of(
                  ControlMethod.unary(
                      EnrolmentGrpcService.Roots,
                      1 << 16,
                      false,
                      (caller, call) -> {
                        asked.incrementAndGet();
                        return Future.succeededFuture(roots.build());
                      }),
                  ControlMethod.unary(
                      EnrolmentGrpcService.Enrol,
                      1 << 16,
                      false,
                      (caller, call) -> {
                        seen.incrementAndGet();
                        return Future.succeededFuture(EnrolAnswer.getDefaultInstance());
                      })));
      int port =
          Await.result(server.listen(SocketAddress.inetSocketAddress(0, "127.0.0.1"), 1)).port();
      CommandRun caught =
          CommandRun.of(
              "join",
              "--control",
              "127.0.0.1:" + port,
              "--name",
              "n2",
              "--pin",
              word(made, "--pin"),
              "--token",
              word(made, "--token"),
              "--state-dir",
              state("n2"));
      assertThat(caught.code()).isEqualTo(3);
      assertThat(caught.err()).contains("it is not believed");
      assertThat(asked).hasPositiveValue();
      return seen.get();
    } finally {
      Await.result(vertx.close());
    }
  }

  @Test
  void aTokenForAnotherNameGivesNothingAndStaysGood() throws IOException {
    CommandRun made = create("n1");
    CommandRun other =
        CommandRun.of(
            "join",
            "--control",
            control(),
            "--name",
            "n2",
            "--pin",
            word(made, "--pin"),
            "--token",
            word(made, "--token"),
            "--state-dir",
            state("n2"));
    assertThat(other.code()).isEqualTo(1);
    assertThat(other.err()).contains("refused: OTHER_NAME");
    assertThat(NodeIdentity.in(state("n2")).load(Crypto.preferred())).isEmpty();
    assertThat(list().get("tokens").get(0).get("state").asText()).isEqualTo("unused");
    assertThat(audited()).anyMatch(row -> row.contains("refused OTHER_NAME"));

    CommandRun right = join(made, "n1");
    assertThat(right.code()).as(right.err()).isZero();
  }

  @Test
  void aTokenThatWasTakenBackOrNeverMadeLetsNobodyIn() throws IOException {
    CommandRun made = create("n1");
    String id = list().get("tokens").get(0).get("id").asText();
    assertThat(admin("token", "revoke", id).code()).isZero();
    assertThat(admin("token", "revoke", id).code()).isEqualTo(1);
    CommandRun late = join(made, "n1");
    assertThat(late.code()).isEqualTo(1);
    assertThat(late.err()).contains("refused: TOKEN_UNKNOWN");
    assertThat(list().get("tokens")).isEmpty();
  }

  @Test
  void theListSaysWhoUsedWhatAndNoSecret() throws IOException {
    CommandRun made = create("n1", "--workload", "shop/web", "-o", "json");
    JsonNode json = made.answers().getFirst();
    assertThat(list().get("tokens").get(0).get("state").asText()).isEqualTo("unused");
    assertThat(
            CommandRun.of(
                    Stream.concat(
                            Arrays.stream(json.get("command").asText().split(" ")).skip(1),
                            Stream.of("--state-dir", state("n1").toString()))
                        .toArray())
                .code())
        .isZero();
    JsonNode used = list().get("tokens").get(0);
    assertThat(used.get("state").asText()).isEqualTo("used");
    assertThat(used.get("usedBy").asText())
        .isEqualTo(Fingerprint.of(held("n1").svid().leaf().getPublicKey()).toString());
    assertThat(list().toString()).doesNotContain(json.get("token").asText());
    assertThat(admin("token", "list").out()).contains("shop/web").contains("used");
  }

  @Test
  void aTokenMayComeFromAFile() throws IOException {
    CommandRun made = create("n1");
    Path file = Files.writeString(folder.resolve("token"), word(made, "--token") + "\n");
    CommandRun joined =
        CommandRun.of(
            "join",
            "--control",
            control(),
            "--name",
            "n1",
            "--pin",
            word(made, "--pin"),
            "--token-file",
            file,
            "--state-dir",
            state("n1"));
    assertThat(joined.code()).as(joined.err()).isZero();
  }

  @Test
  void whatIsNoTokenPinNameOrRoleIsToldAtOnce() {
    Object[][] wrong = {
      {"--control", control(), "--name", "n", "--pin", "sha256:ab", "--token", "x"},
      {"--control", control(), "--name", "n", "--pin", WRONG_PIN, "--token", "a b"},
      {"--control", control(), "--name", "n", "--pin", WRONG_PIN},
      {
        "--control",
        control(),
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
                      Stream.of("join"), Arrays.stream(words), Stream.of("--state-dir", state("n")))
                  .flatMap(w -> w)
                  .toArray());
      assertThat(run.code()).as(run.err()).isEqualTo(2);
    }
    assertThat(state("n")).doesNotExist();
    assertThat(create("n*").code()).isEqualTo(2);
    assertThat(create("n", "--workload", "shop").code()).isEqualTo(2);
    assertThat(create("n", "--role", "king").code()).isEqualTo(2);
    assertThat(create("c", "--role", "ca", "--workload", "shop/web").code()).isEqualTo(2);
    assertThat(create("n", "--ttl", "25h").code()).isEqualTo(2);
  }

  @Test
  void whoAsksTooOftenIsToldSoAndMayCome() throws IOException {
    CommandRun made = create("n1");
    CommandRun last = null;
    for (int i = 0; i < 60; i++) {
      last =
          CommandRun.of(
              "join",
              "--control",
              control(),
              "--name",
              "n" + i,
              "--pin",
              word(made, "--pin"),
              "--token",
              "wrong-" + i,
              "--state-dir",
              state("wrong"),
              "--wait",
              "0s");
      if (last.err().contains("TOO_MANY")) {
        break;
      }
      assertThat(last.err()).contains("TOKEN_UNKNOWN");
    }
    assertThat(Objects.requireNonNull(last).code()).as(last.err()).isEqualTo(3);
    assertThat(last.err()).contains("TOO_MANY");
    CommandRun patient = join(made, "n1");
    assertThat(patient.code()).as("it waits: " + patient.err()).isZero();
  }

  // Helpers.

  private CommandRun create(String name, String... more) {
    return admin(
        Stream.of(
                Stream.of("token", "create", "--node", name, "--advertise", control()),
                Stream.of(more))
            .flatMap(w -> w)
            .toArray());
  }

  private CommandRun admin(Object... words) {
    return CommandRun.of(
        Stream.concat(Arrays.stream(words), Stream.of("--config", files.file())).toArray());
  }

  private JsonNode list() {
    return admin("token", "list", "-o", "json").answers().getFirst();
  }

  /** The printed line, at a node. */
  private CommandRun join(CommandRun made, String at, Object... more) {
    return CommandRun.of(
        Stream.of(
                Arrays.stream(made.out().strip().split(" ")).skip(1),
                Stream.of("--state-dir", state(at)),
                Arrays.stream(more))
            .flatMap(w -> w)
            .toArray());
  }

  private static String word(CommandRun made, String option) {
    List<String> words = List.of(made.out().strip().split(" "));
    return words.get(words.indexOf(option) + 1);
  }

  private Path state(String at) {
    return folder.resolve("state-" + at);
  }

  private NodeIdentity.Held held(String at) {
    return NodeIdentity.in(state(at)).load(Crypto.preferred()).orElseThrow();
  }

  /** The node attaches by its new identity, and gets leaves for its own workloads alone. */
  private void givenOnlyWhatIsRegistered(NodeIdentity.Held held) {
    Vertx vertx = Vertx.vertx();
    try {
      HostPort at = HostPort.parse(control());
      RenewableIdentity identity = new RenewableIdentity(held.svid(), held.bundle());
      LinkClient link =
          new LinkClient(
              vertx,
              identity,
              Crypto.preferred(),
              InstantSource.system(),
              new Random(),
              List.of(SocketAddress.inetSocketAddress(at.port(), at.host())),
              SchemaLevel.NEWEST,
              "test",
              new SimpleMeterRegistry());
      Await.result(link.start());
      Await.until("attached", () -> link.status().attached());
      CaService ca =
          CaService.over(
              new SignedBus(
                  vertx,
                  identity,
                  Crypto.preferred(),
                  InstantSource.system(),
                  new SecureRandom(),
                  Duration.ofSeconds(20)));
      assertThat(Await.result(ca.issue(leaf("shop", "web"))).chain()).isNotEmpty();
      assertThat(Await.failure(ca.issue(leaf("shop", "bank"))))
          .isInstanceOfSatisfying(
              BusException.class,
              e -> assertThat(e.failure()).isEqualTo(BusFailure.NOT_REGISTERED));
    } finally {
      Await.result(vertx.close());
    }
  }

  private static IssueRequest leaf(String namespace, String serviceAccount) {
    Crypto crypto = Crypto.preferred();
    return new IssueRequest(
        ByteString.of(Csr.create(EcKeys.generate(crypto), crypto)),
        new Subject.Workload(namespace, serviceAccount),
        null);
  }

  private <T> T asked(Function<AdminService, Future<T>> question) {
    LocalExchange exchange = LocalExchange.connect(files.state().resolve(ControlAdmin.SOCKET));
    try (AdminSession session = new AdminSession(AdminService.over(exchange), exchange)) {
      return session.await(question.apply(session.service()));
    }
  }

  private List<String> audited() {
    return asked(service -> service.audit(new AuditRequest(0, 100))).entries().stream()
        .map(
            e ->
                e.actor()
                    + " "
                    + e.action()
                    + " "
                    + e.subject()
                    + " "
                    + e.outcome()
                    + " "
                    + e.detail())
        .toList();
  }

  private List<String> registrations(String of) {
    return asked(service -> service.registrations(new RegistrationsRequest(null, 100)))
        .registrations()
        .stream()
        .filter(r -> r.node().equals(of))
        .map(Registration::workload)
        .toList();
  }

  private static byte[] der(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException e) {
      throw new AssertionError(e);
    }
  }

  private static SpiffeId verified(NodeIdentity.Held held) {
    return switch (new PeerVerifier(Crypto.preferred())
        .verify(held.svid().chain(), held.bundle(), PeerRole.CLIENT, Instant.now())) {
      case PeerVerdict.Accepted(SpiffeId id, Instant _) -> id;
      case PeerVerdict.Refused refused -> throw new AssertionError(refused);
    };
  }

  private String control() {
    return said.stream()
        .filter(line -> line.startsWith("listening control "))
        .findFirst()
        .orElseThrow()
        .substring("listening control ".length());
  }
}
