package io.heraldmesh.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code herald token create|list|revoke}: one-use tokens with which nodes and operators join. */
@Command(
    name = "token",
    description = "Make, list and take back one-use tokens with which nodes and operators join.",
    mixinStandardHelpOptions = true,
    subcommands = {TokenCreateCommand.class, TokenListCommand.class, TokenRevokeCommand.class})
final class TokenCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "say what to do: create, list or revoke");
  }
}
