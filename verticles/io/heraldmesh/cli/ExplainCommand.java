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
  @Spec private CommandSpec spec;
  @Mixin private PolicyOptions policies;
  @Mixin private AnswerOption form;

  @Option(
      names = "--batch",
      required = true,
      paramLabel = "FILE.jsonl",
      description = "One request a line; - is standard input.")
  private Path batch;

  @Override
  public Integer call() {
    return policies.answer(
        new BatchFile(batch, ExplainBatch.FIELDS),
        (compiler, resources, keys) ->
            new ExplainBatch(compiler, resources, keys, Crypto.preferred(), InstantSource.system()),
        spec,
        form.form(ExplainedText::of));
  }
}
