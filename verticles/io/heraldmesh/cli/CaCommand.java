package io.heraldmesh.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code herald ca init|request|sign|show|rotate}: a root that is carried away. */
@Command(
    name = "ca",
    description =
        "The mesh's root, kept away from every node, and the intermediates of control nodes; see"
            + " docs/enrolment.md.",
    mixinStandardHelpOptions = true,
    subcommands = {
      CaInitCommand.class,
      CaRequestCommand.class,
      CaSignCommand.class,
      CaShowCommand.class,
      CaRotateCommand.class
    })
final class CaCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "say what to do: init, request, sign, show or rotate");
  }
}
