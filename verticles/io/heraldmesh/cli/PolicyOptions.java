package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.resource.MeshConfig;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Problems;
import io.heraldmesh.resource.read.ResourceReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What commands that judge offline read: policies, and the key sets that they name. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class PolicyOptions {
  private static final TrustDomain LOCAL = new TrustDomain(MeshConfig.DEFAULT_TRUST_DOMAIN);

  @Option(
      names = "--policies",
      required = true,
      paramLabel = "PATH",
      description = "A file or folder of resources, with the mesh configuration if there is one.")
  private List<Path> policies;

  @Option(
      names = "--jwks",
      paramLabel = "URI=FILE",
      description = "The key set to use for a jwksUri or issuer; repeatable.")
  private List<String> jwks = List.of();

  /** Makes the question that a batch puts to the policies. */
  @FunctionalInterface
  interface Questions {
    BatchFile.Question of(MeshCompiler compiler, Resources resources, KeySets keys);
  }

  /**
   * Answers a batch under the policies; what is wrong with them is told on standard error.
   *
   * @param form how an answer is printed
   * @return the exit code: that of the batch, or, when the policies decide nothing, 1 because they
   *     have errors and 2 because they cannot be read
   */
  int answer(
      BatchFile batch,
      Questions questions,
      CommandSpec command,
      Function<ObjectNode, String> form) {
    PrintWriter err = command.commandLine().getErr();
    KeySetFiles keys = KeySetFiles.read(jwks);
    Resources resources = ResourceReader.read(policies);
    Problems problems = resources.problems();
    err.print(problems.text());
    err.flush();
    if (problems.hasErrors()) {
      return problems.hasUnreadable() ? 2 : 1;
    }
    MeshCompiler compiler = new MeshCompiler(LOCAL);
    for (String uri : keys.unnamed(compiler.jwtRules(resources))) {
      err.println(
          "--jwks " + uri + ": no rule has it as its jwksUri, or as its issuer without one");
    }
    err.flush();
    return batch.answer(
        questions.of(compiler, resources, keys), command.commandLine().getOut(), form);
  }
}
