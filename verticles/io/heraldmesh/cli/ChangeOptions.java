package io.heraldmesh.cli;

import io.heraldmesh.bus.AdminNodes.InForce;
import io.heraldmesh.bus.AdminResources.Outcome;
import io.heraldmesh.node.StartFailure;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** How a change of resources is made, waited for and told of. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ChangeOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(names = "--dry-run", description = "Say what would happen, and change nothing.")
  private boolean dryRun;

  @Option(
      names = "--wait",
      description = "Return when it is in force on every node that it concerns.")
  private boolean wait;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "30s",
      converter = WaitTime.class,
      description = "How long to wait, such as 30s or 2m, at most 24h (default: ${DEFAULT-VALUE}).")
  private Duration timeout;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text or json (default: text).")
  private LintCommand.Output output = LintCommand.Output.text;

  /** Refused before anything is changed that would then be waited for without end. */
  static final class WaitTime implements ITypeConverter<Duration> {
    private static final Duration MOST = Duration.ofHours(24);

    @Override
    public Duration convert(String text) {
      Duration time = new TimeOption().convert(text);
      if (time.compareTo(MOST) > 0) {
        throw new TypeConversionException("'" + text + "' is longer than 24h");
      }
      return time;
    }
  }

  boolean dryRun() {
    return dryRun;
  }

  boolean isWaitedFor() {
    return wait;
  }

  LintCommand.Output output() {
    return output;
  }

  /**
   * Waits, if so asked, and prints what became of it; what was accepted also when nobody can be
   * asked any more whether it is in force.
   *
   * @return the exit code
   */
  int finish(AdminSession session, Outcome outcome) {
    if (!wait || !(outcome instanceof Outcome.Applied applied) || applied.dryRun()) {
      return print(outcome, null);
    }
    InForce inForce;
    try {
      inForce = InForceWait.until(session, applied.revision(), timeout);
    } catch (StartFailure | AdminSession.Refused e) {
      print(outcome, null);
      spec.commandLine()
          .getErr()
          .println(
              "herald: revision "
                  + applied.revision()
                  + " is accepted and on its way; whether it is in force could not be asked any"
                  + " more, herald status says so later");
      throw e;
    }
    return print(outcome, inForce);
  }

  /**
   * Prints what became of a change.
   *
   * @param inForce how far it got; null: that was not asked
   * @return the exit code
   */
  int print(Outcome outcome, @Nullable InForce inForce) {
    ApplyReport report = new ApplyReport(outcome, inForce);
    report.print(output, spec.commandLine().getOut(), spec.commandLine().getErr());
    return report.exitCode();
  }
}
