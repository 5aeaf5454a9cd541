package io.heraldmesh.cli;

import io.heraldmesh.bus.AdminNodes.InForce;
import io.heraldmesh.bus.AdminResources.Outcome;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

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
      converter = TimeOption.class,
      description = "How long to wait, such as 30s or 2m (default: ${DEFAULT-VALUE}).")
  private Duration timeout;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text or json (default: text).")
  private LintCommand.Output output = LintCommand.Output.text;

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
   * Waits, if so asked, and prints what became of it.
   *
   * @return the exit code
   */
  int finish(AdminSession session, Outcome outcome) {
    InForce inForce = inForce(session, outcome);
    ApplyReport report = new ApplyReport(outcome, inForce);
    report.print(output, spec.commandLine().getOut(), spec.commandLine().getErr());
    return report.exitCode();
  }

  private @Nullable InForce inForce(AdminSession session, Outcome outcome) {
    return wait && outcome instanceof Outcome.Applied applied && !applied.dryRun()
        ? InForceWait.until(session, applied.revision(), timeout)
        : null;
  }
}
