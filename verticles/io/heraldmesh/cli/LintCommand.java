package io.heraldmesh.cli;

import io.heraldmesh.compile.CrossChecks;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Problems;
import io.heraldmesh.resource.read.ResourceReader;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code herald lint PATH…}: reads resources and reports every problem. */
@Command(
    name = "lint",
    mixinStandardHelpOptions = true,
    description = {
      "Read resources and report every problem in them.",
      "Ends with 0 when there are at most warnings, 1 when there are errors,",
      "2 when something could not be read."
    })
public final class LintCommand implements Callable<Integer> {
  private static final int CLEAN = 0;
  private static final int ERRORS = 1;
  private static final int UNREADABLE = 2;

  private final PrintStream out;
  private final PrintStream err;

  @Parameters(
      paramLabel = "PATH",
      arity = "1..*",
      description = "Files, and folders of YAML; - is standard input.")
  private List<Path> paths = List.of();

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

  public LintCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  @Override
  public Integer call() {
    Problems problems = check(ResourceReader.read(paths, System.in));
    switch (output) {
      case text -> {
        out.print(problems.text());
        err.println(
            problems.errors().size()
                + " error(s), "
                + problems.warnings().size()
                + " warning(s) in "
                + paths.size()
                + " path(s)");
      }
      case json -> out.println(problems.json());
    }
    out.flush();
    return problems.hasUnreadable() ? UNREADABLE : problems.hasErrors() ? ERRORS : CLEAN;
  }

  /** Problems of the files; without errors among them, then those between resources too. */
  private static Problems check(Resources resources) {
    return resources.problems().hasErrors()
        ? resources.problems()
        : resources.problems().and(CrossChecks.check(resources));
  }
}
