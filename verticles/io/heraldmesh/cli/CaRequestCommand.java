package io.heraldmesh.cli;

import io.heraldmesh.ca.AuthorityException;
import io.heraldmesh.ca.IssuerFolder;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.node.StartFailure;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code herald ca request}: a control node's key, made where it is used. */
@Command(
    name = "request",
    mixinStandardHelpOptions = true,
    description = {
      "Make the key of this control node's intermediate in DIR/ca-key.pem (0600), where it stays,",
      "and print the request that herald ca sign --csr takes where the root is."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class CaRequestCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Made 0700.")
  private Path out;

  @Override
  public Integer call() {
    try {
      String request =
          new IssuerFolder(out.toAbsolutePath()).request(Crypto.preferred(), new SecureRandom());
      spec.commandLine().getOut().print(request);
      spec.commandLine().getOut().flush();
      return 0;
    } catch (AuthorityException e) {
      throw StartFailure.cannotStart(String.valueOf(e.getMessage()));
    }
  }
}
