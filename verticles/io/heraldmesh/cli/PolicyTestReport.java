package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.policy.Decision;
import java.util.ArrayList;
import java.util.List;

/** The results of a run, as people and programs read them. */
record PolicyTestReport(List<PolicyTestResult> results) {
  private static final ObjectMapper JSON = new ObjectMapper();

  PolicyTestReport {
    results = List.copyOf(results);
  }

  long failed() {
    return results.stream().filter(result -> !result.passed()).count();
  }

  /** A line for each case, more for one that failed, and the sum. */
  String text() {
    StringBuilder text = new StringBuilder();
    for (PolicyTestResult result : results) {
      text.append(result.passed() ? "ok    " : "FAIL  ")
          .append(result.test())
          .append(": ")
          .append(printable(result.tested().name().value()));
      if (!result.passed()) {
        text.append("  (").append(result.at()).append(')');
        why(result).forEach(line -> text.append("\n      ").append(printable(line)));
      }
      text.append('\n');
    }
    return text.append(results.size() - failed())
        .append(" passed, ")
        .append(failed())
        .append(" failed\n")
        .toString();
  }

  /** What was expected and what was decided, a line each. */
  static List<String> why(PolicyTestResult result) {
    List<String> lines = new ArrayList<>();
    if (result.error() != null) {
      lines.add("error: " + result.error());
    }
    result.differences().forEach(difference -> lines.add(difference.toString()));
    Decision decision = result.decision();
    if (decision != null) {
      String policy = decision.reason().policy();
      lines.add(
          "decided: "
              + ExplainedAnswer.word(decision)
              + (policy == null ? "" : " by " + policy + " rule " + decision.reason().rule())
              + ": "
              + decision.reason().detail());
    }
    return lines;
  }

  /** One object, on one line. */
  String json() {
    ObjectNode root = JSON.createObjectNode();
    root.put("tests", results.size());
    root.put("passed", results.size() - failed());
    root.put("failed", failed());
    ArrayNode cases = root.putArray("cases");
    for (PolicyTestResult result : results) {
      ObjectNode one = cases.addObject();
      one.put("test", result.test());
      one.put("case", result.tested().name().value());
      one.put("file", result.at().file());
      one.put("line", result.at().line());
      one.put("passed", result.passed());
      one.put("error", result.error());
      ArrayNode differences = one.putArray("differences");
      for (PolicyTestResult.Difference difference : result.differences()) {
        differences
            .addObject()
            .put("what", difference.what())
            .put("line", difference.at().line())
            .put("expected", difference.expected())
            .put("actual", difference.actual());
      }
      Decision decision = result.decision();
      if (decision == null) {
        one.putNull("answer");
      } else {
        ExplainedAnswer.fill(one.putObject("answer"), decision);
      }
    }
    return root.toString();
  }

  private static String printable(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints().forEach(c -> out.appendCodePoint(Character.isISOControl(c) ? '\ufffd' : c));
    return out.toString();
  }
}
