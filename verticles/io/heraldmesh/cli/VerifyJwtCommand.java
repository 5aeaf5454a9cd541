package io.heraldmesh.cli;

import io.heraldmesh.crypto.Crypto;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code herald verify jwt}: what becomes of each token under the rules of the policies. */
@Command(
    name = "jwt",
    description = {
      "Verify each token of a batch under all RequestAuthentication rules, whatever workload they",
      "select. Ends with 0 when all are accepted, 1 when some are not or the policies have errors,",
      "2 when something could not be read."
    },
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class VerifyJwtCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private PolicyOptions policies;
  @Mixin private AnswerOption form;

  @Option(
      names = "--batch",
      required = true,
      paramLabel = "FILE.jsonl",
      description = {
        "Lines of {\"id\",\"token\"[,\"now\"]}; now is seconds since 1970.",
        "- is standard input."
      })
  private Path batch;

  @Override
  public Integer call() {
    return policies.answer(
        new BatchFile(batch, TokenBatch.FIELDS),
        (compiler, resources, keys) ->
            new TokenBatch(
                compiler.jwtRules(resources), keys, Crypto.preferred(), InstantSource.system()),
        spec,
        form.form());
  }
}
