package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.OutsideAuthority;
import io.heraldmesh.OutsideAuthority.Issued;
import io.heraldmesh.bus.AdminAudit.AuditRequest;
import io.heraldmesh.bus.AdminCertificates.Registration;
import io.heraldmesh.bus.AdminCertificates.RegistrationsRequest;
import io.heraldmesh.bus.AdminService;
import io.heraldmesh.credentials.NodeIdentity;
import io.heraldmesh.crypto.Crypto;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code herald join} by a certificate of another authority, against a control node that runs. */
@Timeout(180)
class JoinByCertificateTest {
  private static final String NAME = "web-1.corp.example";

  @TempDir Path folder;
  private final OutsideAuthority outside = new OutsideAuthority("machines");
  private final List<String> said = new ArrayList<>();
  private NodeFolder files;
  private Node node;

  @BeforeEach
  void aControlNode() throws IOException {
    files = new NodeFolder(folder.resolve("control"));
    outside.rootFile(files.path("machines.pem"));
    files.node(
        """
          roles: [ca, config, admin]
          control:
            listen: "127.0.0.1:0"
            certificates:
              roots: machines.pem
              nodes:
              - {name: web-1, certificate: "dns:%s", workloads: [shop/web]}
              - {name: web-2, certificate: "dns:web-2.corp.example"}
        """
            .formatted(NAME));
    node =
        Node.start(Objects.requireNonNull(NodeFileReader.read(files.file()).config()), said::add);
  }

  @AfterEach
  void stop() {
    node.stop();
  }

  @Test
  void aKnownCertificateJoinsItsNodeWithItsWorkloads() throws IOException {
    CommandRun joined = join("web-1", outside.issue("web", NAME), "a");
    assertThat(joined.code()).as(joined.err()).isZero();
    assertThat(joined.out())
        .startsWith("joined as spiffe://cluster.local/herald/node/web-1 until ");
    assertThat(held("a")).isEqualTo("spiffe://cluster.local/herald/node/web-1");
    assertThat(registrations()).containsExactly("web-1 shop/web");
    assertThat(audited())
        .anyMatch(
            row ->
                row.startsWith("enrol spiffe://cluster.local/herald/node/web-1 done")
                    && row.contains("dns:" + NAME));
  }

  @Test
  void whatIsNotItGivesNothingAndIsAudited() throws IOException {
    refused(
        join("web-1", outside.issueEnded("web", NAME), "a"), "CERTIFICATE, certificate: EXPIRED");
    refused(
        join("web-1", new OutsideAuthority("machines").issue("web", NAME), "b"),
        "CERTIFICATE, certificate: ");
    refused(
        join("web-1", outside.issueAuthority("web", NAME), "c"),
        "CERTIFICATE, certificate: LEAF_IS_CA");
    refused(
        join("web-1", outside.issue("web", "other.corp.example"), "d"), "no node is known by it");
    refused(join("web-2", outside.issue("web", NAME), "e"), "OTHER_NAME");
    Issued good = outside.issue("web", NAME);
    Issued stolen =
        new Issued(good.certificate(), outside.issue("thief", "thief").key(), good.root());
    refused(join("web-1", stolen, "f"), "the signature by its key is wrong");
    for (String at : List.of("a", "b", "c", "d", "e", "f")) {
      assertThat(NodeIdentity.in(state(at)).load(Crypto.preferred())).isEmpty();
    }
    assertThat(registrations()).isEmpty();
    assertThat(audited().stream().filter(row -> row.contains(" refused "))).hasSize(6);
  }

  @Test
  void aNodeThatWasDeletedComesBackByATokenAlone() throws IOException {
    Issued certificate = outside.issue("web", NAME);
    assertThat(join("web-1", certificate, "a").code()).isZero();
    CommandRun deleted = CommandRun.of("delete", "node", "web-1", "--config", files.file());
    assertThat(deleted.code()).as(deleted.err()).isZero();

    refused(join("web-1", certificate, "b"), "the node was revoked");
    refused(join("web-1", outside.issue("web", NAME), "c"), "the node was revoked");
    assertThat(registrations()).isEmpty();
  }

  @Test
  void aKeyWithoutItsCertificateIsWrongUsage() throws IOException {
    outside.issue("web", NAME).write(folder.resolve("c.pem"), folder.resolve("k.pem"));
    for (List<Object> words :
        List.<List<Object>>of(
            List.of("--key", folder.resolve("k.pem")),
            List.of("--certificate", folder.resolve("c.pem")),
            List.of(
                "--certificate",
                folder.resolve("c.pem"),
                "--key",
                folder.resolve("k.pem"),
                "--token",
                "x"),
            List.of("--certificate", folder.resolve("no.pem"), "--key", folder.resolve("k.pem")))) {
      assertThat(join("web-1", words, "x").code()).isEqualTo(2);
    }
    assertThat(state("x")).doesNotExist();
  }

  private static void refused(CommandRun run, String why) {
    assertThat(run.code()).as(run.err()).isEqualTo(1);
    assertThat(run.err()).contains("refused: ").contains(why);
  }

  private CommandRun join(String name, Issued issued, String at) throws IOException {
    Path certificate = folder.resolve(at + ".pem");
    Path key = folder.resolve(at + "-key.pem");
    issued.write(certificate, key);
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    return join(name, List.of("--certificate", certificate, "--key", key), at);
  }

  private CommandRun join(String name, List<Object> proof, String at) {
    List<Object> words =
        new ArrayList<>(
            List.of(
                "join",
                "--control",
                control(),
                "--name",
                name,
                "--pin",
                pin(),
                "--state-dir",
                state(at)));
    words.addAll(proof);
    return CommandRun.of(words.toArray());
  }

  private String pin() {
    return CommandRun.of(
            "token",
            "create",
            "--node",
            "pin",
            "--advertise",
            control(),
            "-o",
            "json",
            "--config",
            files.file())
        .answers()
        .getFirst()
        .get("pin")
        .asText();
  }

  private Path state(String at) {
    return folder.resolve("state-" + at);
  }

  private String held(String at) {
    return NodeIdentity.in(state(at)).load(Crypto.preferred()).orElseThrow().svid().id().toString();
  }

  private <T> T asked(Function<AdminService, Future<T>> question) {
    LocalExchange exchange = LocalExchange.connect(files.state().resolve(ControlAdmin.SOCKET));
    try (AdminSession session = new AdminSession(AdminService.over(exchange), exchange)) {
      return session.await(question.apply(session.service()));
    }
  }

  private List<String> audited() {
    return asked(service -> service.audit(new AuditRequest(0, 100))).entries().stream()
        .map(e -> e.action() + " " + e.subject() + " " + e.outcome() + " " + e.detail())
        .toList();
  }

  private List<String> registrations() {
    return asked(service -> service.registrations(new RegistrationsRequest(null, 100)))
        .registrations()
        .stream()
        .map(JoinByCertificateTest::text)
        .filter(text -> text.startsWith("web-"))
        .toList();
  }

  private static String text(Registration registration) {
    return registration.node() + " " + registration.workload();
  }

  private String control() {
    return said.stream()
        .filter(line -> line.startsWith("listening control "))
        .findFirst()
        .orElseThrow()
        .substring("listening control ".length());
  }
}
