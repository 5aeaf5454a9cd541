package io.heraldmesh.cli;

import ch.qos.logback.classic.Level;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The entry point: hands over to a command and turns its answer into the exit code. */
@Command(
    name = "herald",
    description = "Mutual TLS, end-user tokens and authorization in front of every service.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    subcommands = {RunCommand.class, ExplainCommand.class, VerifyCommand.class})
public final class Main implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  CommandSpec spec;

  public static void main(String[] args) {
    Logging.start(Level.INFO);
    System.exit(commandLine().execute(args));
  }

  /** The command line with its exit codes: 0 done, 1 the answer is no, 2 usage, 3 cannot start. */
  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .addSubcommand(new LintCommand(System.out, System.err))
        .setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              command.getErr().println("herald: " + describe(failure));
              return switch (failure) {
                case UsageException usage -> 2;
                case StartFailure start -> start.exitCode();
                default -> 3;
              };
            });
  }

  private static String describe(Exception failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing");
  }

  /** The version of the jar. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"herald " + (version == null ? "(not packaged)" : version)};
    }
  }
}
