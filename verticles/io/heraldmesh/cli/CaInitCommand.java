package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.ca.RootFile;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.InvalidIdentity;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.node.UsageException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code herald ca init}: a new root in a file that is carried away. */
@Command(
    name = "init",
    mixinStandardHelpOptions = true,
    description = {
      "Make the mesh's root. Its key is only in FILE, under a passphrase: carry FILE away, and keep",
      "a copy elsewhere. It is needed again to make or renew the intermediate of a control node."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class CaInitCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private PassphraseOption passphrase;

  @Option(
      names = "--root-out",
      required = true,
      paramLabel = "FILE",
      description = "Made 0600; never overwritten.")
  private Path rootOut;

  @Option(
      names = "--trust-domain",
      defaultValue = "cluster.local",
      paramLabel = "NAME",
      description = "The mesh's trust domain (default: ${DEFAULT-VALUE}).")
  private String trustDomain;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text or json (default: text).")
  private LintCommand.Output output = LintCommand.Output.text;

  @Override
  public Integer call() {
    TrustDomain domain = domain();
    X509Certificate root =
        passphrase.withNew(
            secret ->
                RootFile.create(
                    rootOut.toAbsolutePath(),
                    secret,
                    domain,
                    Instant.now(),
                    Crypto.preferred(),
                    new SecureRandom()));
    CertificateView view = CertificateView.of(root);
    switch (output) {
      case text -> {
        spec.commandLine().getOut().println("root " + view.text());
        spec.commandLine()
            .getErr()
            .println(
                "the root's key is only in "
                    + rootOut
                    + "; carry it and its passphrase away, apart from one another");
      }
      case json -> {
        ObjectNode answer = view.json();
        answer.put("trustDomain", domain.name());
        answer.put("file", rootOut.toString());
        spec.commandLine().getOut().println(answer);
      }
    }
    return 0;
  }

  private TrustDomain domain() {
    try {
      return new TrustDomain(trustDomain);
    } catch (InvalidIdentity e) {
      throw new UsageException("--trust-domain " + trustDomain + ": " + e.getMessage());
    }
  }
}
