package io.heraldmesh.cli;

import ch.qos.logback.classic.Level;
import io.heraldmesh.cli.demo.DemoCommand;
import io.heraldmesh.cli.train.TrainCommand;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
      TokenCommand.class,
      JoinCommand.class,
      TrainCommand.class
    })
public final class Main implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  CommandSpec spec;

  public static void main(String[] args) {
    Logging.start(Level.INFO);
    int code;
    try {
      code = commandLine().execute(args);
    } catch (Error e) {
      // Ends the process, which other threads would keep alive without its main one.
      LOG.error("unexpected failure", e);
      System.err.println("herald: unexpected failure: " + e);
      code = 3;
    }
    System.exit(code);
  }

  /** The command line with its exit codes: 0 done, 1 the answer is no, 2 usage, 3 cannot start. */
  public static CommandLine commandLine() {
    return new CommandLine(new Main())
        .addSubcommand(new LintCommand(System.out, System.err))
        .setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              PrintWriter err = command.getErr();
              return switch (failure) {
                case UsageException usage -> {
                  err.println("herald: " + usage.getMessage());
                  yield 2;
                }
                case StartFailure start -> {
                  err.println("herald: " + start.getMessage());
                  yield start.exitCode();
                }
                default -> {
                  LOG.error("unexpected failure", failure);
                  err.println("herald: unexpected failure: " + failure);
                  yield 3;
                }
              };
            });
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
