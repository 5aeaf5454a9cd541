package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.bus.AdminNodes.Node;
import java.io.PrintWriter;
import java.util.List;

/**
 * What a node is told of itself, for people and as JSON.
 *
 * @param name the node's
 * @param nodes itself; empty: the control plane knows nothing of it
 */
record OwnStatus(String name, List<Node> nodes) {

  /** Prints it; returns the exit code. */
  int print(LintCommand.Output form, PrintWriter out) {
    switch (form) {
      case text -> out.println(text());
      case json -> out.println(json());
    }
    out.flush();
    return isGood() ? 0 : 1;
  }

  private boolean isGood() {
    return !nodes.isEmpty() && nodes.getFirst().inForce();
  }

  private String text() {
    if (nodes.isEmpty()) {
      return "unknown       " + name + ": nothing is registered for it";
    }
    Node node = nodes.getFirst();
    return node.inForce()
        ? "policy        revision " + node.wanted() + " in force on " + name
        : (node.left() == null ? "lags          " : "left          ") + name + ": " + node.reason();
  }

  private ObjectNode json() {
    ObjectNode json = AdminJson.object();
    json.put("inForce", isGood());
    if (nodes.isEmpty()) {
      json.putNull("node");
    } else {
      ApplyReport.node(json.putObject("node"), nodes.getFirst());
    }
    return json;
  }
}
