package io.heraldmesh.resource.read;

import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.problem.Shown;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** {@code exportTo} of a DestinationRule. Source: Istio's validation. */
final class ExportCheck {
  private final List<Located<String>> entries;
  private final String namespace;
  private final ProblemCollector problems;

  ExportCheck(List<Located<String>> entries, String namespace, ProblemCollector problems) {
    this.entries = entries;
    this.namespace = namespace;
    this.problems = problems;
  }

  /**
   * @param selects the rule has a workload selector, which only selects in its own namespace
   */
  void check(boolean selects) {
    Set<String> seen = new HashSet<>();
    for (Located<String> entry : entries) {
      String name = entry.value().equals(".") ? namespace : entry.value();
      if (name.isEmpty()) {
        continue;
      }
      if (!name.equals("*") && !Names.isLabel(name)) {
        bad(entry, Shown.quoted(name) + " is neither '.', '*' nor the name of a namespace");
      } else if (!seen.add(name)) {
        bad(entry, Shown.quoted(entry.value()) + " stands twice");
      } else if (name.equals("*") && entries.size() > 1) {
        bad(entry, "'*' stands beside others, but is all of them");
      } else if (selects && !name.equals(namespace)) {
        bad(entry, "a rule with a workloadSelector is for its own namespace only");
      }
    }
  }

  private void bad(Located<String> entry, String message) {
    problems.add(entry.at(), ProblemCode.INVALID_EXPORT, message);
  }
}
