package io.heraldmesh.cli;

import io.heraldmesh.bus.AdminNodes.InForce;
import io.heraldmesh.bus.AdminResources.ApplyRequest;
import io.heraldmesh.bus.AdminResources.Expected;
import io.heraldmesh.bus.AdminResources.File;
import io.heraldmesh.bus.AdminResources.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code herald apply -f PATH}: brings resources into the store, all of them or none. */
@Command(
    name = "apply",
    mixinStandardHelpOptions = true,
    description = {
      "Create and change resources, all of them or none.",
      "Ends with 0 when it is done, 1 when it was refused or, with --wait, is not in force in time,",
      "2 when a file cannot be read, 3 when no control node can be reached."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ApplyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private AdminOptions admin;

  @Option(
      names = {"-f", "--filename"},
      required = true,
      paramLabel = "PATH",
      description = "File, folder of YAML, or - for standard input; repeatable.")
  private List<String> paths;

  @Option(names = "--dry-run", description = "Say what would happen, and change nothing.")
  private boolean dryRun;

  @Option(
      names = "--if-version",
      paramLabel = "VERSION",
      description =
          "Only when what is there is at this version, as herald get shows it; none: only when it"
              + " is not there.")
  private @Nullable String ifVersion;

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

  @Override
  public Integer call() {
    List<File> files = ResourceFiles.read(paths);
    return admin.with(
        session -> {
          Outcome outcome =
              session
                  .await(session.service().apply(new ApplyRequest(files, expected(files), dryRun)))
                  .outcome();
          InForce inForce =
              wait && outcome instanceof Outcome.Applied applied && !applied.dryRun()
                  ? InForceWait.until(session, applied.revision(), timeout)
                  : null;
          ApplyReport report = new ApplyReport(outcome, inForce);
          report.print(output, spec.commandLine().getOut(), spec.commandLine().getErr());
          return report.exitCode();
        });
  }

  private List<Expected> expected(List<File> files) {
    String version = ifVersion;
    return version == null
        ? List.of()
        : ResourceFiles.keys(files).stream()
            .map(key -> new Expected(key, version.equals("none") ? "" : version))
            .toList();
  }
}
