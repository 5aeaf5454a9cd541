package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.policy.Connection;
import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Enforcement;
import io.heraldmesh.policy.RequestHead;
import io.heraldmesh.resource.Resources;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

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
  private final Map<ExplainedWorkload, Enforcement> known = new HashMap<>();

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

  @Override
  public boolean answer(JsonNode line, ObjectNode answer) {
    Connection connection = ExplainedCall.connection(line);
    RequestHead request = ExplainedCall.request(line);
    Instant at = BatchFile.time(line, "now", clock);
    Enforcement enforcement = known.computeIfAbsent(ExplainedWorkload.of(line), this::compile);
    Decision decision = enforcement.decide(connection, request, keys, at);
    ExplainedAnswer.fill(answer, decision);
    return decision instanceof Decision.Allowed;
  }

  private Enforcement compile(ExplainedWorkload subject) {
    return Enforcement.explaining(
        compiler.workload(
            resources, subject.workload(), subject.serviceAccount(), subject.labels()),
        crypto);
  }
}
