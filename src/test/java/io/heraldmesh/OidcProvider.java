package io.heraldmesh;

import io.heraldmesh.identity.TestCertificate;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.junit.jupiter.api.Assumptions;

/**
 * A real OpenID provider, {@code oidc-provider} of npm, as a process on a loopback port, over https
 * under a private root. {@code src/test/lab/oidc/provider.mjs} says what it can be told.
 *
 * <p>Without node or the packages the calling test is skipped with a word; with {@code
 * HERALD_LAB=required} in the environment, as in CI, it fails.
 */
public final class OidcProvider implements AutoCloseable {
  private static final Path LAB = Path.of("src/test/lab/oidc");

  private final Path folder;
  private final TestCertificate.Made root;
  private final Process process;
  private final BufferedReader answers;
  private final Writer commands;
  private final String issuer;

  private OidcProvider(Path folder) throws IOException {
    this.folder = folder;
    this.root = authority();
    write("root.pem", root.certificate());
    certificate("good", root, Duration.ofDays(1));
    this.process =
        new ProcessBuilder(
                "node",
                LAB.resolve("provider.mjs").toString(),
                folder.resolve("good.pem").toString(),
                folder.resolve("good.key").toString())
            .redirectError(folder.resolve("provider.err").toFile())
            .start();
    this.answers = process.inputReader();
    this.commands = process.outputWriter();
    this.issuer = answer("issuer ");
  }

  /**
   * @param folder takes its certificates and what it says on standard error
   */
  public static OidcProvider start(Path folder) throws IOException {
    String missing = missing();
    if (!missing.isEmpty() && "required".equals(System.getenv("HERALD_LAB"))) {
      throw new AssertionError(missing);
    }
    Assumptions.assumeTrue(missing.isEmpty(), missing);
    return new OidcProvider(folder);
  }

  private static String missing() {
    if (!Files.isDirectory(LAB.resolve("node_modules/oidc-provider"))) {
      return "the OpenID provider is not installed, not run: npm ci --prefix " + LAB;
    }
    try {
      Process node = new ProcessBuilder("node", "--version").redirectErrorStream(true).start();
      return node.waitFor(20, TimeUnit.SECONDS) && node.exitValue() == 0
          ? ""
          : "node does not start, not run";
    } catch (IOException e) {
      return "there is no node, not run";
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  public String issuer() {
    return issuer;
  }

  /** {@code host:port} of the issuer. */
  public String server() {
    return issuer.substring("https://".length());
  }

  public String jwksUri() {
    return issuer + "/jwks";
  }

  /** A PEM file with the root of its certificate. */
  public Path root() {
    return folder.resolve("root.pem");
  }

  /** An access token that it issued by client_credentials, signed with its newest key. */
  public String token() {
    return tell("token");
  }

  /** A new key signs from now on; the one before stays published. Returns the new key's id. */
  public String rotate() {
    return tell("rotate");
  }

  /** Only the key that signs stays published. */
  public void withdraw() {
    tell("withdraw");
  }

  /** What its key set answers with from now on; {@code none} for no fault. */
  public void fault(String name) {
    tell("fault " + name);
  }

  /** Requests for its key set since the last call. */
  public int count() {
    return Integer.parseInt(tell("count"));
  }

  public void down() {
    tell("down");
  }

  public void up() {
    tell("up");
  }

  /** Shows a certificate that ended an hour ago. */
  public void expireCertificate() throws IOException {
    show(certificate("expired", root, Duration.ofHours(-1)));
  }

  /** Shows a certificate of another authority. */
  public void foreignCertificate() throws IOException {
    show(certificate("foreign", authority(), Duration.ofDays(1)));
  }

  /** Shows a good certificate again. */
  public void goodCertificate() {
    show("good");
  }

  private void show(String name) {
    tell("tls " + folder.resolve(name + ".pem") + " " + folder.resolve(name + ".key"));
  }

  private synchronized String tell(String command) {
    try {
      commands.write(command + "\n");
      commands.flush();
      return answer("ok ");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String answer(String start) throws IOException {
    String line = answers.readLine();
    if (line == null || !line.startsWith(start)) {
      throw new AssertionError(
          "provider said " + line + ": " + Files.readString(folder.resolve("provider.err")));
    }
    return line.substring(start.length());
  }

  private static TestCertificate.Made authority() {
    Instant now = Instant.now();
    return TestCertificate.authority("private root")
        .valid(now.minus(Duration.ofDays(2)), now.plus(Duration.ofDays(2)))
        .selfSigned();
  }

  private String certificate(String name, TestCertificate.Made issuer, Duration left)
      throws IOException {
    Instant now = Instant.now();
    TestCertificate.Made made =
        TestCertificate.leaf("spiffe://lab.test/idp")
            .subject("CN=idp")
            .with(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(new GeneralName(GeneralName.iPAddress, "127.0.0.1")))
            .valid(now.minus(Duration.ofDays(1)), now.plus(left))
            .signedBy(issuer);
    write(name + ".pem", made.certificate());
    write(name + ".key", made.key());
    return name;
  }

  private void write(String name, Object object) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(
          object instanceof PrivateKey key ? new JcaPKCS8Generator(key, null) : object);
    }
    Files.writeString(folder.resolve(name), text.toString());
  }

  /** The end of its input ends it. */
  @Override
  public void close() {
    try {
      commands.close();
      process.waitFor(5, TimeUnit.SECONDS);
    } catch (IOException | InterruptedException e) {
      // it is ended below
    }
    process.destroyForcibly();
  }
}
