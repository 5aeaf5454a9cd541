package io.heraldmesh.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code herald verify …}: checks of tokens, signatures and certificates, offline. */
@Command(
    name = "verify",
    description = "Verify tokens, signatures or certificates of a batch, without the network.",
    mixinStandardHelpOptions = true,
    subcommands = {VerifyJwtCommand.class, VerifyCertCommand.class, VerifySignatureCommand.class})
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class VerifyCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "say what to verify: jwt, cert or signature");
  }
}
