package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.TestAuthority;
import io.heraldmesh.ca.AuthorityStore;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.Pem;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.node.NodeFolder;
import io.heraldmesh.node.StateDir;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** A node that cannot start says what is wrong, where and what to do, and spoils nothing. */
@Timeout(60)
class BadStartTest {
  private static final TrustDomain DOMAIN = new TrustDomain("cluster.local");

  @TempDir Path folder;
  private NodeFolder node;
  private String said = "";

  @BeforeEach
  void goodNode() throws IOException {
    node = new NodeFolder(folder);
  }

  @Test
  void anEmptyFolderOfResources() throws IOException {
    Files.delete(node.resources().resolve("peers.yaml"));
    refused(3, "resources folder " + node.resources(), "holds no policy", "resourcesMayBeEmpty");
  }

  @Test
  void aFolderOfResourcesThatIsNotThere() throws IOException {
    Files.delete(node.resources().resolve("peers.yaml"));
    Files.delete(node.resources());
    refused(3, node.resources().toString(), "does not exist", "spec.resources");
  }

  @Test
  void aFileInPlaceOfTheFolder() throws IOException {
    Files.delete(node.resources().resolve("peers.yaml"));
    Files.delete(node.resources());
    Files.writeString(node.resources(), NodeFolder.PERMISSIVE);
    refused(3, node.resources().toString(), "is not a folder", "spec.resources");
  }

  @Test
  void aFileOfResourcesThatCannotBeRead() throws IOException {
    Path link = node.resources().resolve("link.yaml");
    Files.createSymbolicLink(link, folder.resolve("nowhere"));
    refused(3, node.resources().toString(), "cannot be read", link.toString());
  }

  @Test
  void aSyntaxErrorIsAProblemWithItsPlace() throws IOException {
    node.write("bad.yaml", "apiVersion: v1\nkind: [Service\n");
    refused(1, node.resources().resolve("bad.yaml") + ":", "error HLD");
  }

  @Test
  void aFileOfTenMegabytesIsRefusedBeforeItIsParsed() throws IOException {
    node.write("big.yaml", "# " + "x".repeat(10_000_000) + "\n" + NodeFolder.PERMISSIVE);
    refused(1, node.resources().resolve("big.yaml") + ":1", "larger than the limit");
  }

  @Test
  void aTrustDomainThatDiffersFromTheMeshConfiguration() throws IOException {
    node.node("  trustDomain: mesh.test\n");
    node.write(
        "mesh.yaml",
        """
        apiVersion: herald.io/v1alpha1
        kind: MeshConfig
        metadata: {name: mesh}
        spec: {trustDomain: other.test}
        """);
    refused(1, "mesh.yaml:4", "other.test", "mesh.test", "make them equal");
  }

  @ParameterizedTest
  @ValueSource(strings = {"health", "metrics", "admin"})
  void aPortInUseIsNamedWithItsField(String what) throws IOException {
    try (ServerSocket taken = taken()) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      Files.writeString(
          node.file(),
          Files.readString(node.file())
              .replace(what + ": {listen: 127.0.0.1:0}", what + ": {listen: " + address + "}"));
      refused(3, "cannot listen on " + address, "in use", "spec." + what + ".listen");
    }
  }

  @Test
  void anInboundPortInUseIsNamedWithItsWorkloadAndField() throws IOException {
    try (ServerSocket taken = taken()) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      node.serving(9);
      Files.writeString(
          node.file(),
          Files.readString(node.file())
              .replace("listen: \"127.0.0.1:0\"}\n  - ", "listen: \"" + address + "\"}\n  - "));
      refused(3, "cannot listen on " + address, "a/web", "ports[http].listen", "in use");
    }
  }

  @Test
  void anAddressThatIsNotThisMachinesIsNamedWithItsField() throws IOException {
    Files.writeString(
        node.file(),
        Files.readString(node.file())
            .replace("health: {listen: 127.0.0.1:0}", "health: {listen: 192.0.2.1:0}"));
    refused(3, "192.0.2.1", "spec.health.listen");
  }

  @Test
  void aStateFolderThatIsAFile() throws IOException {
    Files.writeString(node.state(), "precious");
    refused(3, "stateDir " + node.state(), "not a folder");
    assertThat(node.state()).hasContent("precious");
  }

  @Test
  void aStateFolderThatCannotBeWritten() throws IOException {
    Files.writeString(
        node.file(), Files.readString(node.file()).replace("stateDir: state", "stateDir: /proc/x"));
    refused(3, "stateDir /proc/x", "write permission");
  }

  @Test
  void aStateFolderThatAnotherNodeUses() {
    try (StateDir other = StateDir.open(node.state())) {
      assertThat(other.path()).isEqualTo(node.state());
      refused(3, "stateDir " + node.state(), "in use by another herald");
    }
  }

  @Test
  void aDatabaseThatIsDamaged() throws IOException {
    Files.createDirectory(node.state());
    Path database = node.state().resolve("herald.db");
    Files.writeString(database, "no database at all".repeat(100));
    refused(3, database.toString(), "backup");
    assertThat(database).hasContent("no database at all".repeat(100));
  }

  @Test
  void aWrongPassphraseLeavesTheKeyStoreAsItWas() throws IOException {
    Path passphrase = keyStore(InstantSource.system());
    byte[] before = Files.readAllBytes(folder.resolve("ca.p12"));
    Files.writeString(passphrase, "wrong guess\n");
    refused(3, folder.resolve("ca.p12").toString(), "passphrase in " + passphrase, "does not open");
    assertThat(said).doesNotContain("wrong guess");
    assertThat(folder.resolve("ca.p12")).hasBinaryContent(before);
  }

  @Test
  void aPassphraseThatOthersMayRead() throws IOException {
    Path passphrase = keyStore(InstantSource.system());
    Files.setPosixFilePermissions(passphrase, PosixFilePermissions.fromString("rw-r--r--"));
    refused(3, passphrase.toString(), "rw-r--r--", "chmod 600");
    assertThat(said).doesNotContain("right horse");
  }

  @Test
  void aRootThatHasExpired() throws IOException {
    var _ = keyStore(InstantSource.fixed(Instant.parse("2010-01-01T00:00:00Z")));
    refused(3, folder.resolve("ca.p12").toString(), "expired at 20", "replace it");
  }

  @Test
  void anAuthorityOfAnotherTrustDomain() throws IOException {
    var _ = keyStore(InstantSource.system());
    Files.writeString(node.file(), Files.readString(node.file()) + "  trustDomain: other.test\n");
    refused(3, "another trust domain than other.test");
  }

  @Test
  void aKeyThatDoesNotFitItsCertificate() throws IOException, CertificateEncodingException {
    TestAuthority authority = new TestAuthority(InstantSource.system());
    Path certs = Files.createDirectory(folder.resolve("certs"));
    String issuer = Pem.write("CERTIFICATE", authority.authority().issuer().getEncoded());
    String key = Pem.write("PRIVATE KEY", TestAuthority.keys().getPrivate().getEncoded());
    Files.writeString(certs.resolve("ca-cert.pem"), issuer);
    Files.writeString(certs.resolve("cert-chain.pem"), issuer);
    Files.writeString(certs.resolve("root-cert.pem"), authority.bundle().pem(TestAuthority.TD));
    Files.writeString(certs.resolve("ca-key.pem"), key);
    node.node("  authority: {cacerts: certs}\n  trustDomain: mesh.test\n");
    refused(3, certs.resolve("ca-key.pem").toString(), "not the key", "ca-cert.pem");
    assertThat(said).doesNotContain(key.lines().toList().get(1));

    Files.delete(certs.resolve("ca-key.pem"));
    refused(3, certs.resolve("ca-key.pem").toString(), "missing");
  }

  @Test
  void aFileOfRootsForKeySetsThatIsNotThere() throws IOException {
    node.node("  jwks: {roots: none.pem}\n");
    refused(3, folder.resolve("none.pem").toString(), "spec.jwks.roots");
  }

  @Test
  void aFileOfRootsForKeySetsThatHoldsNoCertificate() throws IOException {
    Files.writeString(folder.resolve("roots.pem"), "nothing");
    node.node("  jwks: {roots: roots.pem}\n");
    refused(3, folder.resolve("roots.pem").toString(), "spec.jwks.roots");
  }

  @Test
  void aFolderOfCertificatesThatIsNotThere() throws IOException {
    node.node(
        """
          workloads:
          - {namespace: a, name: web, credentials: {dir: none}, outbound: {listen: "127.0.0.1:0"}}
        """);
    refused(3, folder.resolve("none/root-cert.pem").toString(), "no such file");
  }

  @ParameterizedTest
  @CsvSource({"none/access.log, its folder is not there", "resources, Is a directory"})
  void anAccessLogThatCannotBeWritten(String file, String why) throws IOException {
    node.node("  accessLog: {file: " + file + "}\n");
    refused(3, "spec.accessLog.file", folder.resolve(file).toString(), why, "another file");
  }

  @Test
  void aProblemInTheNodeFileIsToldWithItsPlace() throws IOException {
    node.node("  rolls: [ca]\n");
    assertThat(run("--config", node.file().toString())).isEqualTo(1);
    assertThat(said).contains(node.file() + ":10:", "spec.rolls", "unknown field");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--config none.yaml            | cannot read none.yaml",
        "--config .                    | cannot read .",
        "--config NODE --roles gateway | gateway is not there yet",
        "--config NODE --roles ca      | the roles ca and config, or proxy without them",
        "--config NODE --roles ca,cofig | unknown role \"cofig\"",
        "--config NODE --rolls ca      | Unknown option",
        "--config NODE extra           | Unmatched argument",
        "--roles ca                    | Missing required option: '--config",
      })
  void wrongUsageIs2(String arguments, String message) {
    assertThat(run(arguments.strip().replace("NODE", node.file().toString()).split(" ")))
        .isEqualTo(2);
    assertThat(said).contains(message).doesNotContain("Exception");
    assertThat(node.state()).doesNotExist();
  }

  /** An authority that was made at that time, in the operator's places. */
  private Path keyStore(InstantSource clock) throws IOException {
    Path passphrase = folder.resolve("passphrase");
    Files.createFile(
        passphrase,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(passphrase, "right horse battery\n");
    AuthorityStore.at(folder.resolve("ca.p12"), passphrase)
        .openOrCreate(DOMAIN, clock, Crypto.preferred(), new SecureRandom());
    node.node("  authority: {keyStore: ca.p12, passphraseFile: passphrase}\n");
    return passphrase;
  }

  private static ServerSocket taken() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
  }

  /** Starting fails like this, says so in as many words, and changes no file that was there. */
  private void refused(int exitCode, String... words) {
    Map<Path, Long> before = files();
    assertThat(run("--config", node.file().toString())).as(said).isEqualTo(exitCode);
    assertThat(said).contains(words).doesNotContain("Exception:", "\tat ");
    if (exitCode == 3) {
      assertThat(said).startsWith("herald: ").doesNotContain("unexpected");
    }
    assertThat(files()).containsAllEntriesOf(before);
  }

  private int run(String... arguments) {
    StringWriter err = new StringWriter();
    CommandLine herald = HeraldCommand.commandLine().setErr(new PrintWriter(err));
    String[] all = Stream.concat(Stream.of("run"), Stream.of(arguments)).toArray(String[]::new);
    int code = herald.execute(all);
    said = err.toString();
    return code;
  }

  private Map<Path, Long> files() {
    Map<Path, Long> sizes = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        sizes.put(file, Files.size(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return sizes;
  }
}
