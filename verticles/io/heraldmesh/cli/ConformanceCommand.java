package io.heraldmesh.cli;

import io.heraldmesh.conformance.Conformance;
import io.heraldmesh.conformance.Corpus;
import io.heraldmesh.conformance.Report;
import io.heraldmesh.conformance.ReportJson;
import io.heraldmesh.conformance.ReportText;
import io.heraldmesh.conformance.attacks.AttackCorpora;
import io.heraldmesh.conformance.envoy.AuthorizationBuilder;
import io.heraldmesh.conformance.istio.IstioCorpora;
import io.heraldmesh.conformance.spiffe.SpiffeCorpora;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code herald conformance [DIR]}: puts published cases to Herald and counts what comes out. */
@Command(
    name = "conformance",
    description = {
      "Put every case of a data folder to Herald and report per file.",
      "Each case passed, failed, is stricter on purpose, or was skipped, with the reason.",
      "Ends with 0 when nothing failed, 1 when something did or the run is void because a",
      "control case failed, 3 when there is no such folder."
    },
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ConformanceCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      defaultValue = "../shared/data",
      description = "The data folder (default: ${DEFAULT-VALUE}).")
  private Path folder;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text or json (default: text).")
  private Output output = Output.text;

  /** The forms of a result, named as they are written on the command line. */
  enum Output {
    text,
    json
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    if (!Files.isDirectory(folder)) {
      err.println("herald: " + folder + " is no folder; name the folder with the data");
      return 3;
    }
    Report report = new Conformance(corpora()).run(folder);
    PrintWriter out = spec.commandLine().getOut();
    switch (output) {
      case text -> out.print(ReportText.of(report));
      case json -> out.println(ReportJson.of(report));
    }
    out.flush();
    return report.holds() ? 0 : 1;
  }

  private static List<Corpus> corpora() {
    return Stream.of(
            AttackCorpora.all(),
            IstioCorpora.all(),
            SpiffeCorpora.all(),
            List.<Corpus>of(new AuthorizationBuilder()))
        .flatMap(List::stream)
        .toList();
  }
}
