package io.heraldmesh.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code herald state export|import}: backup and restore of what must not be lost. */
@Command(
    name = "state",
    description = "Backup and restore of a control node's state; see docs/state.md.",
    mixinStandardHelpOptions = true,
    subcommands = {StateExportCommand.class, StateImportCommand.class})
final class StateCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "say what to do: export or import");
  }
}
