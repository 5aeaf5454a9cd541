package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.ca.AuthorityException;
import io.heraldmesh.ca.IssuerFolder;
import io.heraldmesh.ca.OfflineRoot;
import io.heraldmesh.ca.RootFile;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.Csr;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.node.UsageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code herald ca sign}: the intermediate of one control node. */
@Command(
    name = "sign",
    mixinStandardHelpOptions = true,
    description = {
      "Make a control node's issuing intermediate and write it to DIR, which its node file names as",
      "spec.authority.cacerts. A control node that runs takes it by itself.",
      "Without --csr the key is made here too; with it, only certificates are written."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class CaSignCommand implements Callable<Integer> {
  private static final long MAX_CSR = 64 * 1024;

  @Spec private CommandSpec spec;
  @Mixin private PassphraseOption passphrase;

  @Option(
      names = "--root",
      required = true,
      paramLabel = "FILE",
      description = "The file that herald ca init made.")
  private Path root;

  @Option(
      names = {"--out", "--cacerts"},
      required = true,
      paramLabel = "DIR",
      description = "Gets ca-cert.pem, ca-key.pem (0600), cert-chain.pem and root-cert.pem.")
  private Path out;

  @Option(
      names = "--csr",
      paramLabel = "FILE",
      description = "The request of herald ca request, for a key that stays where it was made.")
  private @Nullable Path csr;

  @Option(
      names = "--days",
      defaultValue = "365",
      paramLabel = "N",
      description = "How long it is valid, 1 to 1825; never longer than the root (default: 365).")
  private int days;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text or json (default: text).")
  private LintCommand.Output output = LintCommand.Output.text;

  @Override
  public Integer call() {
    if (days < 1 || days > OfflineRoot.MAX_LIFE.toDays()) {
      throw new UsageException("--days is 1 to " + OfflineRoot.MAX_LIFE.toDays());
    }
    Path from = root.toAbsolutePath();
    requireRoot(from);
    Crypto crypto = Crypto.preferred();
    String request = csr == null ? null : request(csr, crypto);
    SecureRandom random = new SecureRandom();
    Duration life = Duration.ofDays(days);
    X509Certificate issuer =
        passphrase.with(
            secret -> {
              Instant now = Instant.now();
              OfflineRoot opened = RootFile.open(from, secret, now, crypto);
              IssuerFolder folder = new IssuerFolder(out.toAbsolutePath());
              return request == null
                  ? folder.sign(opened, life, now, crypto, random)
                  : folder.signFor(request, opened, life, now, crypto, random);
            });
    CertificateView view = CertificateView.of(issuer);
    switch (output) {
      case text -> spec.commandLine().getOut().println("issuer " + view.text() + " in " + out);
      case json -> {
        ObjectNode answer = view.json();
        answer.put("folder", out.toString());
        spec.commandLine().getOut().println(answer);
      }
    }
    return 0;
  }

  /** Before anybody is asked for its passphrase. */
  private static void requireRoot(Path file) {
    try {
      RootFile.guarded(file);
    } catch (AuthorityException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  /** Before anybody is asked for a passphrase, too. */
  private static String request(Path file, Crypto crypto) {
    try {
      if (Files.size(file) > MAX_CSR) {
        throw new UsageException(file + ": is over " + MAX_CSR + " bytes, which no request is");
      }
      String text = Files.readString(file, StandardCharsets.ISO_8859_1);
      var _ = Csr.parsePem(text, crypto);
      return text;
    } catch (IOException e) {
      throw new UsageException("cannot read " + file + "; name a file with a request");
    } catch (InvalidCertificate e) {
      throw new UsageException(file + ": " + e.getMessage() + "; make one by: herald ca request");
    }
  }
}
