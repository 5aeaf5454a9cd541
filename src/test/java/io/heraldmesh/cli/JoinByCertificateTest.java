package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.OutsideAuthority;
import io.heraldmesh.OutsideAuthority.Issued;
import io.heraldmesh.credentials.NodeIdentity;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.node.StartFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
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
  private JoiningMesh mesh;

  @BeforeEach
  void aControlNode() throws IOException {
    Path roots = folder.resolve("control").resolve("machines.pem");
    Files.createDirectories(roots.getParent());
    outside.rootFile(roots);
    mesh =
        JoiningMesh.of(
            folder,
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
  }

  @AfterEach
  void stop() {
    mesh.close();
  }

  @Test
  void aKnownCertificateJoinsItsNodeWithItsWorkloads() throws IOException {
    CommandRun joined = join("web-1", outside.issue("web", NAME), "a");
    assertThat(joined.code()).as(joined.err()).isZero();
    assertThat(joined.out())
        .startsWith("joined as spiffe://cluster.local/herald/node/web-1 until ");
    assertThat(mesh.held("a").svid().id()).hasToString("spiffe://cluster.local/herald/node/web-1");
    assertThat(registrations()).containsExactly("web-1 shop/web");
    assertThat(mesh.audited())
        .anyMatch(
            row ->
                row.contains("enrol spiffe://cluster.local/herald/node/web-1 done")
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
      assertThat(NodeIdentity.in(mesh.state(at)).load(Crypto.preferred())).isEmpty();
    }
    assertThat(registrations()).isEmpty();
    assertThat(mesh.audited().stream().filter(row -> row.contains(" refused "))).hasSize(6);
  }

  @Test
  void aControlNodeDoesNotStartWithTheMeshsOwnRootAsAForeignOne() throws IOException {
    assertThat(join("web-1", outside.issue("web", NAME), "a").code()).isZero();
    NodeIdentity.Held joined = mesh.held("a");
    Path file = mesh.files().path("machines.pem");
    Files.writeString(file, joined.bundle().pem(joined.svid().id().trustDomain()));
    assertThatThrownBy(mesh::startAgain)
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("is the mesh's own authority");
  }

  @Test
  void aNodeThatWasDeletedComesBackByATokenAlone() throws IOException {
    Issued certificate = outside.issue("web", NAME);
    assertThat(join("web-1", certificate, "a").code()).isZero();
    CommandRun deleted = mesh.admin("delete", "node", "web-1");
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
    assertThat(mesh.state("x")).doesNotExist();
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
                mesh.control(),
                "--name",
                name,
                "--pin",
                pin(),
                "--state-dir",
                mesh.state(at)));
    words.addAll(proof);
    return CommandRun.of(words.toArray());
  }

  private String pin() {
    return mesh.create("pin", "-o", "json").answers().getFirst().get("pin").asText();
  }

  private List<String> registrations() {
    return mesh.registrations().stream()
        .map(one -> one.node() + " " + one.workload())
        .filter(text -> text.startsWith("web-"))
        .toList();
  }
}
