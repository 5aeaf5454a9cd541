package io.heraldmesh.conformance;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A {@link Report} for programs: one object. */
public final class ReportJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ReportJson() {}

  /**
   * {@code void}, {@code holds}, {@code total} and {@code files}; cases that passed are counted and
   * not listed.
   */
  public static String of(Report report) {
    ObjectNode root = JSON.createObjectNode();
    root.put("void", report.isVoid()).put("holds", report.holds());
    ObjectNode total = root.putObject("total");
    total.put("cases", report.cases());
    for (Verdict verdict : Verdict.values()) {
      total.put(verdict.word(), report.count(verdict));
    }
    ArrayNode files = root.putArray("files");
    report.files().forEach(file -> files.add(file(file)));
    return root.toString();
  }

  private static ObjectNode file(FileReport file) {
    ObjectNode node = JSON.createObjectNode().put("file", file.file());
    if (!file.driven()) {
      return node.put("driven", false).put("reason", file.notDriven());
    }
    node.put("driven", true).put("cases", file.cases().size());
    for (Verdict verdict : Verdict.values()) {
      node.put(verdict.word(), file.count(verdict));
    }
    node.put("controls", file.controls()).put("controlsFailed", file.controlsFailed());
    ArrayNode cases = node.putArray("notPassed");
    for (CaseResult c : file.cases()) {
      if (c.verdict() != Verdict.PASSED) {
        cases
            .addObject()
            .put("id", c.id())
            .put("class", c.kind())
            .put("control", c.control())
            .put("verdict", c.verdict().word())
            .put("detail", c.detail());
      }
    }
    return node;
  }
}
