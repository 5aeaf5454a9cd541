package io.heraldmesh.cli;

import io.heraldmesh.cli.demo.DemoCommand;
import io.heraldmesh.cli.train.TrainCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code herald} itself: all commands, as picocli sees them. */
@Command(
    name = "herald",
    description = "Mutual TLS, end-user tokens and authorization in front of every service.",
    mixinStandardHelpOptions = true,
    versionProvider = HeraldCommand.Version.class,
    subcommands = {
      DemoCommand.class,
      CaCommand.class,
      CaptureCommand.class,
      ConvertCommand.class,
      RunCommand.class,
      ExplainCommand.class,
      TestCommand.class,
      VerifyCommand.class,
      ConformanceCommand.class,
      StateCommand.class,
      ApplyCommand.class,
      GetCommand.class,
      DeleteCommand.class,
      StatusCommand.class,
      CertsCommand.class,
      AuditCommand.class,
      TokenCommand.class,
      JoinCommand.class,
      TrainCommand.class,
      CommandLine.HelpCommand.class
    })
public final class HeraldCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  CommandSpec spec;

  /** The command line with its exit codes: 0 done, 1 the answer is no, 2 usage, 3 cannot start. */
  public static CommandLine commandLine() {
    return new CommandLine(new HeraldCommand())
        .addSubcommand(new LintCommand(System.out, System.err))
        .setOut(Main.writer(System.out))
        .setErr(Main.writer(System.err))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionStrategy(HeraldCommand::execute)
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> Main.failed(failure, command.getErr()));
  }

  /** Runs the command; an answer that did not get out, on a full disk for one, is none. */
  private static int execute(CommandLine.ParseResult parsed) {
    int code = new CommandLine.RunLast().execute(parsed);
    CommandLine command = parsed.commandSpec().commandLine();
    if (isNode(parsed)) {
      return code;
    }
    if (command.getOut().checkError() || System.out.checkError()) {
      command
          .getErr()
          .println(
              "herald: standard output could not be written, so some of the answer is missing;"
                  + " look for a full disk or a pipe that was closed");
      return 3;
    }
    return code;
  }

  /** What a node prints is for whoever looks on, who may be gone long before it ends. */
  private static boolean isNode(CommandLine.ParseResult parsed) {
    return parsed.hasSubcommand()
        && parsed.subcommand().commandSpec().userObject() instanceof RunCommand;
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing");
  }

  /** The version of the jar. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = HeraldCommand.class.getPackage().getImplementationVersion();
      return new String[] {"herald " + (version == null ? "(not packaged)" : version)};
    }
  }
}
