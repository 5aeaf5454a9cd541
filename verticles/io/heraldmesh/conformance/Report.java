package io.heraldmesh.conformance;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A whole run. */
public record Report(List<FileReport> files) {

  public Report {
    files = List.copyOf(files);
  }

  public long count(Verdict verdict) {
    return files.stream().mapToLong(f -> f.count(verdict)).sum();
  }

  public long cases() {
    return files.stream().mapToLong(f -> f.cases().size()).sum();
  }

  public List<FileReport> driven() {
    return files.stream().filter(FileReport::driven).toList();
  }

  /** A control failed, or nothing was driven: whatever else came out proves nothing. */
  public boolean isVoid() {
    return count(Verdict.PASSED) == 0 || files.stream().anyMatch(f -> f.controlsFailed() > 0);
  }

  /** No failure, and not void. */
  public boolean holds() {
    return !isVoid() && count(Verdict.FAILED) == 0;
  }

  /** Of one file, how many cases were skipped for which reason. */
  static Map<String, Long> skipped(FileReport file) {
    Map<String, Long> reasons = new TreeMap<>();
    file.cases().stream()
        .filter(c -> c.verdict() == Verdict.SKIPPED)
        .forEach(c -> reasons.merge(c.detail(), 1L, Long::sum));
    return reasons;
  }
}
