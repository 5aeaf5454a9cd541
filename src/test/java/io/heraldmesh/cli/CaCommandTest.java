package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.node.Node;
import io.heraldmesh.node.NodeFileReader;
import io.heraldmesh.node.NodeFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code herald ca …}, as an operator uses it. */
@Timeout(120)
class CaCommandTest {
  @TempDir Path folder;
  private Path passphrase;
  private Path root;

  @BeforeEach
  void aPassphrase() throws IOException {
    passphrase = secret("passphrase", "a long enough passphrase\n");
    root = folder.resolve("away/root.pem");
  }

  private Path secret(String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private CommandRun init(Path file) {
    return CommandRun.of(
        "ca",
        "init",
        "--root-out",
        file,
        "--trust-domain",
        "mesh.test",
        "--passphrase-file",
        passphrase,
        "-o",
        "json");
  }

  private CommandRun sign(Path by, Path out) {
    return CommandRun.of(
        "ca", "sign", "--root", by, "--passphrase-file", passphrase, "--out", out, "-o", "json");
  }

  @Test
  void aRootIsMadeAndSignsTheIntermediateByWhichANodeRuns() throws IOException {
    CommandRun made = init(root);
    assertThat(made.code()).as(made.err()).isZero();
    String pin = made.answers().getFirst().get("fingerprint").asText();
    assertThat(pin).matches("sha256:[0-9a-f]{64}");

    Path cacerts = folder.resolve("cacerts");
    CommandRun signed = sign(root, cacerts);
    assertThat(signed.code()).as(signed.err()).isZero();
    CommandRun shown = CommandRun.of("ca", "show", "--cacerts", cacerts, "-o", "json");
    JsonNode certificates = shown.answers().getFirst().get("certificates");
    assertThat(certificates.get(0).get("fingerprint").asText()).isEqualTo(pin);
    assertThat(certificates.get(0).get("kind").asText()).isEqualTo("root");
    assertThat(certificates.get(1).get("kind").asText()).isEqualTo("issuer");
    assertThat(certificates.get(1).get("fingerprint").asText())
        .isEqualTo(signed.answers().getFirst().get("fingerprint").asText());

    NodeFolder node = new NodeFolder(folder.resolve("node"));
    node.node("  trustDomain: mesh.test\n  authority: {cacerts: ../cacerts}\n");
    Node running = Node.start(Objects.requireNonNull(NodeFileReader.read(node.file()).config()));
    try {
      assertThat(running.health().report().text()).startsWith("ready");
    } finally {
      running.stop();
    }
  }

  @Test
  void nothingOfTheRootsKeyIsOnTheNode() throws IOException {
    init(root);
    Path cacerts = folder.resolve("cacerts");
    sign(root, cacerts);

    try (var files = Files.walk(cacerts)) {
      assertThat(
              files
                  .filter(f -> Files.isRegularFile(f, LinkOption.NOFOLLOW_LINKS))
                  .map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "ca-cert.pem", "ca-key.pem", "cert-chain.pem", "root-cert.pem");
    }
    CommandRun shown = CommandRun.of("ca", "show", "--root", root);
    assertThat(shown.out()).startsWith("root sha256:");
    assertThat(shown.code()).isZero();
  }

  @Test
  void aWrongPassphraseSignsNothingAndIsNotRepeated() throws IOException {
    init(root);
    passphrase = secret("wrong", "another long passphrase\n");

    CommandRun refused = sign(root, folder.resolve("cacerts"));
    assertThat(refused.code()).isEqualTo(3);
    assertThat(refused.err())
        .contains("the passphrase does not open it")
        .doesNotContain("another long");
    assertThat(folder.resolve("cacerts")).doesNotExist();
  }

  @Test
  void aPassphraseFileThatOthersMayOpenIsNotUsed() throws IOException {
    Files.setPosixFilePermissions(passphrase, PosixFilePermissions.fromString("rw-r--r--"));

    CommandRun refused = init(root);
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("chmod 600").doesNotContain("unexpected", "\tat ");
    assertThat(root).doesNotExist();
  }

  @Test
  void aPassphraseFileThatIsNotThereIsWrongUsage() {
    passphrase = folder.resolve("none");

    CommandRun refused = init(root);
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err())
        .contains("none: passphrase file is not there")
        .doesNotContain("unexpected", "\tat ");
  }

  @Test
  void aRootFileThatCannotBeUsedIsWrongUsage() throws IOException {
    Path cacerts = folder.resolve("cacerts");
    CommandRun missing = sign(root, cacerts);
    assertThat(missing.code()).isEqualTo(2);
    assertThat(missing.err()).contains("root file is not there").doesNotContain("\tat ");

    assertThat(sign(secret("other", "no root\n"), cacerts).code()).isEqualTo(2);

    init(root);
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rw-r--r--"));
    CommandRun open = sign(root, cacerts);
    assertThat(open.code()).isEqualTo(2);
    assertThat(open.err()).contains("chmod 600");
    assertThat(cacerts).doesNotExist();
  }

  @Test
  void aRootThatIsThereIsNotOverwritten() throws IOException {
    init(root);
    byte[] before = Files.readAllBytes(root);

    assertThat(init(root).code()).isEqualTo(3);
    assertThat(Files.readAllBytes(root)).isEqualTo(before);
  }

  @Test
  void aKeyStaysWhereItWasMade() throws IOException {
    init(root);
    Path node = folder.resolve("node-cacerts");
    CommandRun request = CommandRun.of("ca", "request", "--out", node);
    assertThat(request.out()).startsWith("-----BEGIN CERTIFICATE REQUEST-----");
    Path csr = Files.writeString(folder.resolve("node.csr"), request.out());

    CommandRun signed =
        CommandRun.of(
            "ca",
            "sign",
            "--root",
            root,
            "--passphrase-file",
            passphrase,
            "--csr",
            csr,
            "--out",
            folder.resolve("courier"));
    assertThat(signed.code()).as(signed.err()).isZero();
    assertThat(folder.resolve("courier/ca-cert.pem")).exists();
    assertThat(folder.resolve("courier/ca-key.pem")).doesNotExist();
    assertThat(node.resolve("ca-key.pem")).exists();
  }

  @Test
  void aRequestThatIsNoneIsWrongUsageBeforeThePassphraseIsAskedFor() throws IOException {
    init(root);
    passphrase = folder.resolve("none");
    Path csr = Files.writeString(folder.resolve("bad.csr"), "nothing of use\n");
    Path out = folder.resolve("courier");

    CommandRun refused =
        CommandRun.of(
            "ca",
            "sign",
            "--root",
            root,
            "--passphrase-file",
            passphrase,
            "--csr",
            csr,
            "--out",
            out);
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains(csr + ": ", "herald ca request").doesNotContain("\tat ");
    assertThat(out).doesNotExist();
  }

  @Test
  void aRootIsChangedInStepsAndNoneIsSkipped() {
    Path next = folder.resolve("next.pem");
    Path cacerts = folder.resolve("cacerts");
    String old = init(root).answers().getFirst().get("fingerprint").asText();
    init(next);
    sign(root, cacerts);

    assertThat(sign(next, cacerts).err()).contains("herald ca rotate add");
    CommandRun added = CommandRun.of("ca", "rotate", "add", "--cacerts", cacerts, "--root", next);
    assertThat(added.code()).as(added.err()).isZero();
    assertThat(drop(cacerts, old).err()).contains("have a new intermediate signed first");
    assertThat(sign(next, cacerts).code()).isZero();
    assertThat(drop(cacerts, old).code()).isZero();
    assertThat(CommandRun.of("ca", "show", "--cacerts", cacerts).out()).doesNotContain(old);
  }

  @Test
  void nonsenseIsUsage() {
    assertThat(CommandRun.of("ca").code()).isEqualTo(2);
    assertThat(CommandRun.of("ca", "rotate").code()).isEqualTo(2);
    assertThat(CommandRun.of("ca", "show").code()).isEqualTo(2);
    assertThat(CommandRun.of("ca", "show", "--root", folder.resolve("none")).code()).isEqualTo(2);
    assertThat(drop(folder, "sha256:zz").code()).isEqualTo(2);
    assertThat(
            CommandRun.of("ca", "init", "--root-out", root, "--trust-domain", "Not A Domain")
                .code())
        .isEqualTo(2);
    assertThat(CommandRun.of("ca", "sign", "--root", root, "--out", folder, "--days", "0").code())
        .isEqualTo(2);
  }

  private static CommandRun drop(Path cacerts, String fingerprint) {
    return CommandRun.of(
        "ca", "rotate", "drop", "--cacerts", cacerts, "--fingerprint", fingerprint);
  }
}
