package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.bus.AdminNodes.InForce;
import io.heraldmesh.bus.AdminNodes.Node;
import io.heraldmesh.bus.AdminResources;
import io.heraldmesh.bus.AdminResources.Change;
import io.heraldmesh.bus.AdminResources.Conflict;
import io.heraldmesh.bus.AdminResources.Key;
import io.heraldmesh.bus.AdminResources.Outcome;
import io.heraldmesh.bus.AdminResources.Target;
import java.io.PrintWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What became of an apply or a delete: for people, as JSON, and as the exit code. */
record ApplyReport(Outcome outcome, @Nullable InForce inForce) {

  int exitCode() {
    return outcome instanceof Outcome.Applied && (inForce == null || inForce.reached()) ? 0 : 1;
  }

  void print(LintCommand.Output form, PrintWriter out, PrintWriter err) {
    switch (form) {
      case json -> out.println(json());
      case text -> text(out, err);
    }
    out.flush();
    err.flush();
  }

  private void text(PrintWriter out, PrintWriter err) {
    switch (outcome) {
      case Outcome.Applied applied -> {
        problems(applied.warnings(), err);
        for (Change change : applied.changes()) {
          out.println(
              change.key()
                  + " "
                  + word(change.action())
                  + (applied.dryRun() ? " (dry run)" : "")
                  + (change.version().isEmpty() ? "" : "  " + change.version()));
        }
        if (inForce != null) {
          (inForce.reached() ? out : err).print(InForceWait.text(inForce));
        }
      }
      case Outcome.Refused refused -> {
        problems(refused.problems(), err);
        err.println("herald: refused, nothing was changed");
      }
      case Outcome.Conflicted conflicted -> {
        for (Conflict conflict : conflicted.conflicts()) {
          err.println(
              conflict.key()
                  + " is "
                  + (conflict.found().isEmpty() ? "not there" : "at " + conflict.found())
                  + ", expected was "
                  + (conflict.expected().isEmpty() ? "that it is not" : conflict.expected()));
        }
        err.println("herald: somebody else was faster, nothing was changed; get it and try again");
      }
      case Outcome.Missing missing -> {
        for (Target target : missing.targets()) {
          err.println(name(target) + " is not there");
        }
        err.println("herald: nothing was changed");
      }
    }
  }

  private static void problems(AdminResources.Problems problems, PrintWriter err) {
    problems.listed().forEach(problem -> err.println(problem.text()));
    if (problems.more() > 0) {
      err.println("and " + problems.more() + " more");
    }
  }

  private ObjectNode json() {
    ObjectNode json = AdminJson.object();
    switch (outcome) {
      case Outcome.Applied applied -> {
        json.put("result", applied.dryRun() ? "would be applied" : "applied");
        json.put("revision", applied.revision());
        ArrayNode changes = json.putArray("changes");
        for (Change change : applied.changes()) {
          key(changes.addObject(), change.key())
              .put("action", word(change.action()))
              .put("version", change.version());
        }
        problems(json, applied.warnings());
      }
      case Outcome.Refused refused -> {
        json.put("result", "refused");
        problems(json, refused.problems());
      }
      case Outcome.Conflicted conflicted -> {
        json.put("result", "conflict");
        ArrayNode conflicts = json.putArray("conflicts");
        for (Conflict conflict : conflicted.conflicts()) {
          key(conflicts.addObject(), conflict.key())
              .put("expected", conflict.expected())
              .put("found", conflict.found());
        }
      }
      case Outcome.Missing missing -> {
        json.put("result", "not found");
        ArrayNode targets = json.putArray("missing");
        missing.targets().forEach(target -> targets.add(name(target)));
      }
    }
    if (inForce != null) {
      inForce(json, inForce);
    }
    return json;
  }

  private static void problems(ObjectNode json, AdminResources.Problems problems) {
    json.set("problems", AdminJson.MAPPER.valueToTree(problems.listed()));
    json.put("moreProblems", problems.more());
  }

  /** Adds how far a change got. */
  static void inForce(ObjectNode json, InForce answer) {
    json.put("inForce", answer.reached());
    json.put("nodes", answer.nodes());
    json.put("nodesInForce", answer.inForce());
    json.put("notDistributed", answer.problem());
    ArrayNode laggards = json.putArray("laggards");
    answer.laggards().forEach(node -> node(laggards.addObject(), node));
  }

  static void node(ObjectNode json, Node node) {
    json.put("name", node.name())
        .put("inForce", node.inForce())
        .put("wanted", node.wanted())
        .put("acknowledged", node.acknowledged())
        .put("reason", node.reason())
        .put("lastSeen", AdminJson.time(node.lastSeen()))
        .put("stale", node.stale())
        .put("left", AdminJson.time(node.left()));
  }

  static ObjectNode key(ObjectNode json, Key key) {
    return json.put("kind", key.kind()).put("namespace", key.namespace()).put("name", key.name());
  }

  private static String name(Target target) {
    return target.kind()
        + " "
        + (target.namespace() == null || target.namespace().isEmpty()
            ? ""
            : target.namespace() + "/")
        + target.name();
  }

  private static String word(AdminResources.Action action) {
    return action.name().toLowerCase(Locale.ROOT);
  }
}
