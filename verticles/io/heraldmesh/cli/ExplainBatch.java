package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.node.UsageException;
import io.heraldmesh.policy.Connection;
import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Enforcement;
import io.heraldmesh.policy.RequestHead;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.resource.Resources;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The question of {@code herald explain}: may this request pass, and why? */
final class ExplainBatch implements BatchFile.Question {
  /** The fields of a line, besides {@code id}. */
  static final Set<String> FIELDS =
      Set.of(
          "workload",
          "port",
          "protocol",
          "tls",
          "sni",
          "source",
          "destinationIp",
          "request",
          "token",
          "now");

  private final MeshCompiler compiler;
  private final Resources resources;
  private final KeySets keys;
  private final Crypto crypto;
  private final InstantSource clock;
  private final Map<Subject, Enforcement> known = new HashMap<>();

  ExplainBatch(
      MeshCompiler compiler,
      Resources resources,
      KeySets keys,
      Crypto crypto,
      InstantSource clock) {
    this.compiler = compiler;
    this.resources = resources;
    this.keys = keys;
    this.crypto = crypto;
    this.clock = clock;
  }

  private record Subject(Workload workload, String serviceAccount, Map<String, String> labels) {}

  @Override
  public boolean answer(JsonNode line, ObjectNode answer) {
    Connection connection = ExplainedCall.connection(line);
    RequestHead request = ExplainedCall.request(line);
    Long now = BatchFile.seconds(line, "now");
    Instant at = now == null ? clock.instant() : Instant.ofEpochSecond(now);
    Decision decision = enforcement(line).decide(connection, request, keys, at);
    ExplainedAnswer.fill(answer, decision);
    return decision instanceof Decision.Allowed;
  }

  private Enforcement enforcement(JsonNode line) {
    JsonNode workload =
        ExplainedCall.object(
            line, "workload", Set.of("namespace", "name", "serviceAccount", "labels"));
    Map<String, String> labels = new TreeMap<>();
    for (Map.Entry<String, JsonNode> label : workload.path("labels").properties()) {
      if (!label.getValue().isTextual()) {
        throw new UsageException("workload.labels." + label.getKey() + " is not text");
      }
      labels.put(label.getKey(), label.getValue().asText());
    }
    Subject subject =
        new Subject(
            new Workload(BatchFile.text(workload, "namespace"), BatchFile.text(workload, "name")),
            BatchFile.text(workload, "serviceAccount"),
            labels);
    return known.computeIfAbsent(subject, this::compile);
  }

  private Enforcement compile(Subject subject) {
    return Enforcement.explaining(
        compiler.workload(
            resources, subject.workload(), subject.serviceAccount(), subject.labels()),
        crypto);
  }
}
