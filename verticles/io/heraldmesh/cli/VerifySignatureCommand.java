package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.jwt.JwsVerifier;
import io.heraldmesh.jwt.KeySet;
import io.heraldmesh.jwt.TokenRefusal;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code herald verify signature}: the signature of each JWS, nothing of its payload. */
@Command(
    name = "signature",
    description = "Verify the signature of each JWS of a batch under a key set.",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class VerifySignatureCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private AnswerOption form;

  @Option(
      names = "--jwks",
      required = true,
      paramLabel = "FILE",
      description = "A key set, or a single key (JSON).")
  private Path jwks;

  @Option(
      names = "--batch",
      required = true,
      paramLabel = "FILE.jsonl",
      description = "Lines of {\"id\",\"jws\"}; - is standard input.")
  private Path batch;

  @Override
  public Integer call() {
    KeySet keys = KeySetFiles.readSetOrKey(jwks);
    keys.skipped().forEach(note -> spec.commandLine().getErr().println(jwks + ": " + note));
    JwsVerifier verifier = new JwsVerifier(Crypto.preferred());
    return new BatchFile(batch, Set.of("jws"))
        .answer(
            (line, answer) -> answer(verifier, keys, line, answer),
            spec.commandLine().getOut(),
            form.form());
  }

  private static boolean answer(
      JwsVerifier verifier, KeySet keys, JsonNode line, ObjectNode answer) {
    TokenRefusal refusal = verifier.verify(BatchFile.text(line, "jws"), keys);
    answer.put("accepted", refusal == null);
    answer.put("error", refusal == null ? null : refusal.body());
    return refusal == null;
  }
}
