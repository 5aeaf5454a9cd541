package io.heraldmesh.cli;

import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.resource.MeshConfig;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Problems;
import io.heraldmesh.resource.read.ResourceReader;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code herald explain}: decides requests offline, with the classes that the proxy uses. */
@Command(
    name = "explain",
    description = {
      "Decide each request of a batch under policies, without a mesh and without the network.",
      "Ends with 0 when all are allowed, 1 when some are denied or the policies have errors,",
      "2 when something could not be read."
    },
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ExplainCommand implements Callable<Integer> {
  private static final TrustDomain LOCAL = new TrustDomain(MeshConfig.DEFAULT_TRUST_DOMAIN);

  @Spec private CommandSpec spec;

  @Option(
      names = "--policies",
      required = true,
      paramLabel = "PATH",
      description = "A file or folder of resources, with the mesh configuration if there is one.")
  private List<Path> policies;

  @Option(
      names = "--batch",
      required = true,
      paramLabel = "FILE.jsonl",
      description = "One request a line.")
  private Path batch;

  @Option(
      names = "--jwks",
      paramLabel = "URI=FILE",
      description = "The key set to use for a jwksUri or issuer; repeatable.")
  private List<String> jwks = List.of();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "json: one object a line (the default).")
  @SuppressWarnings("UnusedVariable") // checked by picocli; there is one form to choose
  private Output output = Output.json;

  /** The forms of a result, named as they are written on the command line. */
  enum Output {
    json
  }

  @Override
  public Integer call() {
    KeySetFiles keys = KeySetFiles.read(jwks);
    Resources resources = ResourceReader.read(policies);
    Problems problems = resources.problems();
    spec.commandLine().getErr().print(problems.text());
    spec.commandLine().getErr().flush();
    if (problems.hasErrors()) {
      return problems.hasUnreadable() ? 2 : 1;
    }
    ExplainBatch questions =
        new ExplainBatch(
            new MeshCompiler(LOCAL), resources, keys, Crypto.preferred(), InstantSource.system());
    return new BatchFile(batch, ExplainBatch.FIELDS).answer(questions, spec.commandLine().getOut());
  }
}
