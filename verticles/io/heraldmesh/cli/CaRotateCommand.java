package io.heraldmesh.cli;

import io.heraldmesh.ca.AuthorityException;
import io.heraldmesh.ca.IssuerFolder;
import io.heraldmesh.ca.RootFile;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.Fingerprint;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.InvalidIdentity;
import io.heraldmesh.node.StartFailure;
import io.heraldmesh.node.UsageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code herald ca rotate add|drop}: a root is changed, on each control node, step by step. */
@Command(
    name = "rotate",
    mixinStandardHelpOptions = true,
    description = {
      "Change the root without an interruption: on every control node add the new one; then on each",
      "herald ca sign with it; when every node has leaves of it, drop the old one. A control node that",
      "runs takes each step by itself; /healthz/ready tells in its part authority what it waits for."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class CaRotateCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "say which step: add or drop");
  }

  /** The folder of one control node. */
  static final class FolderOption {
    @Option(
        names = {"--cacerts", "--out"},
        required = true,
        paramLabel = "DIR",
        description = "The control node's folder, spec.authority.cacerts of its node file.")
    private Path folder;

    IssuerFolder open() {
      return new IssuerFolder(folder.toAbsolutePath());
    }
  }

  @Command(
      name = "add",
      description = "Trust a further root. The first step, on every control node.",
      mixinStandardHelpOptions = true)
  int add(
      @Mixin FolderOption folder,
      @Option(
              names = "--root",
              required = true,
              paramLabel = "FILE",
              description =
                  "The file that herald ca init made (no passphrase is needed), or the root's"
                      + " certificate alone in PEM.")
          Path root) {
    try {
      X509Certificate added = certificate(root.toAbsolutePath());
      boolean fresh = folder.open().addRoot(added, Instant.now());
      spec.commandLine()
          .getOut()
          .println(
              (fresh ? "added root " : "is there already: root ")
                  + CertificateView.of(added).text());
      return 0;
    } catch (AuthorityException e) {
      throw StartFailure.cannotStart(String.valueOf(e.getMessage()));
    }
  }

  @Command(
      name = "drop",
      description = "Trust a root no longer. The last step, on every control node.",
      mixinStandardHelpOptions = true)
  int drop(
      @Mixin FolderOption folder,
      @Option(
              names = "--fingerprint",
              required = true,
              paramLabel = "sha256:…",
              description = "Of the old root, as herald ca show prints it.")
          String fingerprint) {
    Fingerprint old;
    try {
      old = Fingerprint.parse(fingerprint);
    } catch (InvalidIdentity e) {
      throw new UsageException("--fingerprint: " + e.getMessage());
    }
    try {
      X509Certificate dropped = folder.open().dropRoot(old);
      spec.commandLine().getOut().println("dropped root " + CertificateView.of(dropped).text());
      return 0;
    } catch (AuthorityException e) {
      throw StartFailure.cannotStart(String.valueOf(e.getMessage()));
    }
  }

  private static X509Certificate certificate(Path file) {
    try {
      String text = Files.readString(file, StandardCharsets.ISO_8859_1);
      return text.contains("PRIVATE KEY")
          ? RootFile.certificate(file)
          : CertificateChain.parsePem(text).leaf();
    } catch (IOException e) {
      throw new UsageException("cannot read " + file + "; name a file with the new root");
    } catch (InvalidCertificate e) {
      throw new UsageException(file + ": " + e.getMessage());
    }
  }
}
