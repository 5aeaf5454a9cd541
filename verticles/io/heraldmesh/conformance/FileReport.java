package io.heraldmesh.conformance;

import java.util.List;

/**
 * What became of one file of the data folder.
 *
 * @param file its path below the folder, with slashes
 * @param notDriven why it is not driven; empty when it is
 */
public record FileReport(String file, List<CaseResult> cases, String notDriven) {

  public FileReport {
    cases = List.copyOf(cases);
  }

  static FileReport notDriven(String file, String reason) {
    return new FileReport(file, List.of(), reason);
  }

  public boolean driven() {
    return notDriven.isEmpty();
  }

  public long count(Verdict verdict) {
    return cases.stream().filter(c -> c.verdict() == verdict).count();
  }

  public long controls() {
    return cases.stream().filter(CaseResult::control).count();
  }

  public long controlsFailed() {
    return cases.stream().filter(c -> c.control() && c.verdict() == Verdict.FAILED).count();
  }
}
