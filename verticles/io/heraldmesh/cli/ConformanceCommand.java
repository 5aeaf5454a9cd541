package io.heraldmesh.cli;

import io.heraldmesh.conformance.Conformance;
import io.heraldmesh.conformance.Corpus;
import io.heraldmesh.conformance.Report;
import io.heraldmesh.conformance.ReportJson;
import io.heraldmesh.conformance.ReportText;
import io.heraldmesh.conformance.attacks.AttackCorpora;
import io.heraldmesh.conformance.envoy.AuthorizationBuilder;
import io.heraldmesh.conformance.istio.IstioCorpora;
import io.heraldmesh.conformance.live.Http2Attacks;
import io.heraldmesh.conformance.live.Smuggling;
import io.heraldmesh.conformance.spiffe.SpiffeCorpora;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
      description = "The data folder (default: ../shared/data beside the checkout).")
  private @Nullable Path chosen;

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
    Path folder = chosen == null ? besideTheCheckout() : chosen;
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

  /** From the working folder, or else from where the jar was built. */
  private static Path besideTheCheckout() {
    Path here = Path.of("..", "shared", "data");
    CodeSource source = ConformanceCommand.class.getProtectionDomain().getCodeSource();
    if (Files.isDirectory(here) || source == null) {
      return here;
    }
    Path checkout = Path.of(URI.create(source.getLocation().toString())).resolve("../..");
    Path there = checkout.resolve(here).normalize();
    return Files.isDirectory(there) ? there : here;
  }

  private static List<Corpus> corpora() {
    return Stream.of(
            AttackCorpora.all(),
            IstioCorpora.all(),
            SpiffeCorpora.all(),
            List.<Corpus>of(new AuthorizationBuilder(), new Smuggling(), new Http2Attacks()))
        .flatMap(List::stream)
        .toList();
  }
}
