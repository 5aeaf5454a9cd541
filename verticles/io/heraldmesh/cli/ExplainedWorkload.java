package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.node.UsageException;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.resource.read.Names;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The workload of a line of a batch. {@code labels} may be left out: it has none. */
record ExplainedWorkload(Workload workload, String serviceAccount, Map<String, String> labels) {
  private static final Set<String> FIELDS = Set.of("namespace", "name", "serviceAccount", "labels");

  ExplainedWorkload {
    labels = Map.copyOf(labels);
  }

  static ExplainedWorkload of(JsonNode line) {
    JsonNode workload = ExplainedCall.object(line, "workload", FIELDS);
    String namespace = BatchFile.text(workload, "namespace");
    if (!Names.isLabel(namespace)) {
      throw new UsageException("workload.namespace is no name of a namespace");
    }
    String name = BatchFile.text(workload, "name");
    if (!Names.isObjectName(name)) {
      throw new UsageException("workload.name is no name of a workload");
    }
    return new ExplainedWorkload(
        new Workload(namespace, name),
        BatchFile.text(workload, "serviceAccount"),
        labels(workload));
  }

  private static Map<String, String> labels(JsonNode workload) {
    if (!workload.has("labels")) {
      return Map.of();
    }
    if (!workload.get("labels").isObject()) {
      throw new UsageException("workload.labels is not an object");
    }
    Map<String, String> labels = new TreeMap<>();
    for (Map.Entry<String, JsonNode> label : workload.get("labels").properties()) {
      if (!label.getValue().isTextual()) {
        throw new UsageException("workload.labels." + label.getKey() + " is not text");
      }
      labels.put(label.getKey(), label.getValue().asText());
    }
    return labels;
  }
}
