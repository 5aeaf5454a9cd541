package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.credentials.NodeIdentity;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.EcKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code herald join} where something is left of a join before. */
@Timeout(180)
class JoinAgainTest {
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

  @ParameterizedTest
  @ValueSource(strings = {"key.pem", "cert-chain.pem", "root-cert.pem"})
  void aDamagedIdentityIsReplaced(String damaged) throws IOException {
    assertThat(mesh.join(mesh.create("n1"), "n1").code()).isZero();
    NodeIdentity.Held before = mesh.held("n1");
    Files.writeString(file(damaged), "nothing of use\n");

    CommandRun joined = mesh.join(mesh.create("n1"), "n1");
    assertThat(joined.code()).as(joined.err()).isZero();
    assertThat(joined.err().lines().filter(line -> line.startsWith("herald: ")))
        .singleElement()
        .asString()
        .contains("the identity that is there cannot be used, another takes its place: ")
        .contains("/" + damaged + ": ");
    assertThat(mesh.held("n1").svid().leaf()).isNotEqualTo(before.svid().leaf());
  }

  @Test
  void aDamagedKeyOfAJoinThatDidNotEndIsNamed() throws IOException {
    Path key = file("join-key.pem");
    Files.createDirectories(key.getParent());
    Files.writeString(key, "nothing of use\n");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    CommandRun made = mesh.create("n1");

    CommandRun refused = mesh.join(made, "n1");
    assertThat(refused.code()).isEqualTo(3);
    assertThat(refused.err()).contains(key + ": ").contains("remove it");
    Files.delete(key);
    CommandRun joined = mesh.join(made, "n1");
    assertThat(joined.code()).as(joined.err()).isZero();
  }

  @Test
  void anotherTokenIsForAnotherKey() {
    assertThat(mesh.join(mesh.create("n1"), "n1").code()).isZero();
    NodeIdentity.Held before = mesh.held("n1");

    CommandRun joined = mesh.join(mesh.create("n1"), "n1");
    assertThat(joined.code()).as(joined.err()).isZero();
    assertThat(mesh.held("n1").svid().leaf().getPublicKey())
        .isNotEqualTo(before.svid().leaf().getPublicKey());
  }

  @Test
  void aJoinThatDidNotEndLeavesItsKeyToItsOwnTokenAlone() {
    CommandRun voided = mesh.create("n1");
    JsonNode tokens = mesh.admin("token", "list", "-o", "json").answers().getFirst().get("tokens");
    assertThat(mesh.admin("token", "revoke", tokens.get(0).get("id").asText()).code()).isZero();
    assertThat(mesh.join(voided, "n1").code()).isEqualTo(1);
    byte[] begun = begun();
    assertThat(mesh.join(voided, "n1").code()).isEqualTo(1);
    assertThat(begun()).as("the same token").isEqualTo(begun);

    CommandRun joined = mesh.join(mesh.create("n1"), "n1");
    assertThat(joined.code()).as(joined.err()).isZero();
    assertThat(mesh.held("n1").svid().key().getEncoded()).isNotEqualTo(begun);
  }

  /** The answer was lost on its way to a node of a version that noted no token. */
  @Test
  void aJoinThatAVersionBeforeBeganGoesOnWithItsKey() throws IOException {
    CommandRun made = mesh.create("n1");
    assertThat(mesh.join(made, "n1").code()).isZero();
    PrivateKey shown = mesh.held("n1").svid().key();
    leftByAVersionBefore("n2", shown);

    CommandRun joined = mesh.join(made, "n2");
    assertThat(joined.code()).as(joined.err()).isZero();
    assertThat(mesh.held("n2").svid().key()).isEqualTo(shown);
    assertThat(mesh.join(made, "n2").code()).as("the token is noted").isZero();
  }

  @Test
  void aTokenIsNotedWhereAVersionBeforeBeganSoThatAnotherOneIsForAnotherKey() throws IOException {
    PrivateKey begun = EcKeys.generate(Crypto.preferred()).getPrivate();
    leftByAVersionBefore("n1", begun);
    CommandRun voided = mesh.create("n1");
    JsonNode tokens = mesh.admin("token", "list", "-o", "json").answers().getFirst().get("tokens");
    assertThat(mesh.admin("token", "revoke", tokens.get(0).get("id").asText()).code()).isZero();
    assertThat(mesh.join(voided, "n1").code()).isEqualTo(1);
    assertThat(begun()).isEqualTo(begun.getEncoded());

    CommandRun joined = mesh.join(mesh.create("n1"), "n1");
    assertThat(joined.code()).as(joined.err()).isZero();
    assertThat(mesh.held("n1").svid().key()).isNotEqualTo(begun);
  }

  @Test
  void anIdentityOfAVersionBeforeIsReplacedWithItsKey() throws IOException {
    assertThat(mesh.join(mesh.create("n1"), "n1").code()).isZero();
    Files.delete(file("joined-by"));
    NodeIdentity.Held before = mesh.held("n1");

    CommandRun joined = mesh.join(mesh.create("n1"), "n1");
    assertThat(joined.code()).as(joined.err()).isZero();
    assertThat(mesh.held("n1").svid().key()).isNotEqualTo(before.svid().key());
  }

  private void leftByAVersionBefore(String at, PrivateKey key) throws IOException {
    Path state = mesh.state(at);
    Files.createDirectory(
        state, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    NodeIdentity.in(state).beginJoin(key);
  }

  private byte[] begun() {
    return NodeIdentity.in(mesh.state("n1"))
        .joiningKey(Crypto.preferred())
        .orElseThrow()
        .getEncoded();
  }

  private Path file(String name) {
    return mesh.state("n1").resolve("node").resolve(name);
  }
}
