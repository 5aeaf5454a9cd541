package io.heraldmesh.conformance;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A {@link Report} for people. */
public final class ReportText {
  private static final int NARROWEST = 40;
  private static final int MOST_LINES = 200;

  private ReportText() {}

  /** A table of files, what failed and why, why cases were skipped, and one line of verdict. */
  public static String of(Report report) {
    StringBuilder text = new StringBuilder();
    String row = format(report);
    text.append(row.formatted("file", "passed", "failed", "stricter", "skipped", "controls"));
    report.driven().forEach(file -> row(text, row, file));
    text.append(
        row.formatted(
            "total",
            report.count(Verdict.PASSED),
            report.count(Verdict.FAILED),
            report.count(Verdict.STRICTER),
            report.count(Verdict.SKIPPED),
            ""));
    details(text, report, Verdict.FAILED, "failed");
    details(text, report, Verdict.STRICTER, "stricter on purpose");
    skipped(text, report);
    notDriven(text, report);
    return text.append('\n').append(verdict(report)).append('\n').toString();
  }

  /** As wide as the longest name of a file needs it. */
  private static String format(Report report) {
    int width = report.driven().stream().mapToInt(f -> f.file().length()).max().orElse(NARROWEST);
    return "%-" + Math.max(NARROWEST, width) + "s %6s %6s %8s %7s %9s%n";
  }

  private static void row(StringBuilder text, String row, FileReport file) {
    long controls = file.controls();
    text.append(
        row.formatted(
            file.file(),
            file.count(Verdict.PASSED),
            file.count(Verdict.FAILED),
            file.count(Verdict.STRICTER),
            file.count(Verdict.SKIPPED),
            controls == 0 ? "-" : controls - file.controlsFailed() + "/" + controls));
  }

  private static void details(StringBuilder text, Report report, Verdict verdict, String title) {
    if (report.count(verdict) == 0) {
      return;
    }
    text.append('\n').append(title).append(":\n");
    int lines = 0;
    for (FileReport file : report.driven()) {
      for (CaseResult c : file.cases()) {
        if (c.verdict() == verdict && lines++ < MOST_LINES) {
          text.append("  ").append(file.file()).append(' ').append(shown(c.id())).append(": ");
          text.append(c.control() && verdict == Verdict.FAILED ? "CONTROL " : "");
          text.append(shown(c.detail())).append('\n');
        }
      }
    }
    if (lines > MOST_LINES) {
      text.append("  … and ").append(lines - MOST_LINES).append(" more (-o json has all)\n");
    }
  }

  private static void skipped(StringBuilder text, Report report) {
    if (report.count(Verdict.SKIPPED) == 0) {
      return;
    }
    text.append("\nskipped:\n");
    for (FileReport file : report.driven()) {
      Report.skipped(file)
          .forEach(
              (reason, count) ->
                  text.append("%6d %s: %s%n".formatted(count, file.file(), shown(reason))));
    }
  }

  private static void notDriven(StringBuilder text, Report report) {
    Map<String, List<String>> reasons = new TreeMap<>();
    report.files().stream()
        .filter(f -> !f.driven())
        .forEach(
            f ->
                reasons
                    .computeIfAbsent(f.notDriven(), r -> new java.util.ArrayList<>())
                    .add(f.file()));
    if (reasons.isEmpty()) {
      return;
    }
    text.append("\nfiles not driven:\n");
    reasons.forEach(
        (reason, files) ->
            text.append(
                "%6d %s: %s%n"
                    .formatted(
                        files.size(),
                        files.size() == 1 ? files.getFirst() : files.getFirst() + " …",
                        reason)));
  }

  private static String verdict(Report report) {
    if (report.isVoid()) {
      return "VOID: "
          + (report.count(Verdict.PASSED) == 0
              ? "no case passed"
              : "a control case, which must be accepted, failed")
          + "; the other results prove nothing";
    }
    return report.holds()
        ? "HOLDS: every case comes out as expected or is excused by name"
        : "FAILS: " + report.count(Verdict.FAILED) + " case(s)";
  }

  /** One line, without characters that could forge another. */
  private static String shown(String text) {
    String line = text.strip().replaceAll("\\s+", " ").replaceAll("[^\\x20-\\x7e…]", "?");
    return line.length() <= 300 ? line : line.substring(0, 300) + "…";
  }
}
