package io.heraldmesh.cli;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.InvalidIdentity;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.node.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code herald verify cert}: the identity, if any, that each certificate chain gives its peer. */
@Command(
    name = "cert",
    description = {
      "Verify each certificate chain of a batch under the SPIFFE X509-SVID profile.",
      "Ends with 0 when all are accepted, 1 when some are not, 2 when something could not be read."
    },
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class VerifyCertCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private AnswerOption form;

  @Option(
      names = "--trust-domain",
      required = true,
      paramLabel = "TD",
      description = "Whose roots --bundle holds, and a line's own bundle.")
  private String trustDomain;

  @Option(
      names = "--bundle",
      paramLabel = "FILE.pem",
      description = "Roots of the trust domain; may be left out when each line has its own.")
  private @Nullable Path bundle;

  @Option(
      names = "--batch",
      required = true,
      paramLabel = "FILE.jsonl",
      description = {
        "Lines of {\"id\",\"chain\",\"role\"[,\"expected\"][,\"now\"]}: PEM, client or server,",
        "a SPIFFE ID, seconds since 1970. A line may bring its roots, which are then the only",
        "ones: \"bundle\" (PEM), or \"bundles\" ({\"trust domain\":\"PEM\"}).",
        "- is standard input."
      })
  private Path batch;

  @Override
  public Integer call() {
    TrustDomain domain = domain();
    ChainBatch questions =
        new ChainBatch(domain, roots(domain), Crypto.preferred(), InstantSource.system());
    return new BatchFile(batch, ChainBatch.FIELDS)
        .answer(questions, spec.commandLine().getOut(), form.form());
  }

  private TrustDomain domain() {
    try {
      return TrustDomain.parse(trustDomain);
    } catch (InvalidIdentity e) {
      throw new UsageException("--trust-domain: " + e.getMessage());
    }
  }

  private @Nullable TrustBundle roots(TrustDomain domain) {
    if (bundle == null) {
      return null;
    }
    try {
      return TrustBundle.fromPem(domain, Files.readString(bundle));
    } catch (IOException e) {
      throw GivenFile.unreadable(bundle, e);
    } catch (InvalidCertificate e) {
      throw new UsageException(bundle + ": " + e.getMessage());
    }
  }
}
