package io.heraldmesh.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Drives every file of a data folder, or says why not. Not thread-safe; one object for one run. */
public final class Conformance {
  private final List<Corpus> corpora;
  private final Exceptions exceptions;
  private final List<Lists.NotDriven> notDriven;

  public Conformance(List<Corpus> corpora) {
    this(corpora, Lists.stricter(), Lists.notDriven());
  }

  Conformance(List<Corpus> corpora, Exceptions exceptions, List<Lists.NotDriven> notDriven) {
    this.corpora = List.copyOf(corpora);
    this.exceptions = exceptions;
    this.notDriven = List.copyOf(notDriven);
  }

  /**
   * @param folder the data folder
   * @throws IOException when it cannot be listed
   */
  public Report run(Path folder) throws IOException {
    List<String> names;
    try (Stream<Path> files = Files.walk(folder)) {
      names =
          files
              .filter(Files::isRegularFile)
              .map(f -> folder.relativize(f).toString().replace('\\', '/'))
              .sorted()
              .toList();
    }
    List<FileReport> reports = new ArrayList<>();
    for (String name : names) {
      reports.add(file(new DataFile(folder, name)));
    }
    Map<String, List<CaseResult>> stale = exceptions.stale();
    return new Report(
        reports.stream().map(r -> with(r, stale.getOrDefault(r.file(), List.of()))).toList());
  }

  private FileReport file(DataFile file) {
    for (Corpus corpus : corpora) {
      if (corpus.reads(file)) {
        Cases cases = new Cases(file.name(), exceptions);
        try {
          corpus.run(file, cases);
        } catch (RuntimeException e) {
          cases.judge(file.name(), "file", false, () -> Outcome.notUnderstood(e.toString()));
        }
        return new FileReport(file.name(), cases.results(), "");
      }
    }
    for (Lists.NotDriven entry : notDriven) {
      if (Globs.matches(entry.files(), file.name())) {
        return FileReport.notDriven(file.name(), entry.reason());
      }
    }
    return new FileReport(
        file.name(),
        List.of(
            new CaseResult(
                file.name(),
                "file",
                false,
                Verdict.FAILED,
                "not understood: no corpus reads this file, and it is not listed as not driven")),
        "");
  }

  private static FileReport with(FileReport report, List<CaseResult> more) {
    return new FileReport(
        report.file(),
        Stream.concat(report.cases().stream(), more.stream()).toList(),
        report.notDriven());
  }
}
