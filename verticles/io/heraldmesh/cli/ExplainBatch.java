package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.policy.Connection;
import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Enforcement;
import io.heraldmesh.policy.Header;
import io.heraldmesh.policy.RequestHead;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.resource.Resources;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

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
    switch (decision) {
      case Decision.Allowed allowed -> fill(answer, allowed);
      case Decision.Denied denied -> fill(answer, denied);
    }
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

  private static void fill(ObjectNode answer, Decision.Allowed allowed) {
    answer.put("decision", "allow").put("status", 200).put("body", "");
    answer.putArray("headers");
    reason(answer, allowed, allowed.path());
    ObjectNode upstream = answer.putObject("upstreamHeaders");
    headers(upstream.putArray("set"), allowed.set());
    new TreeSet<>(allowed.remove()).forEach(upstream.putArray("remove")::add);
    dryRun(answer, allowed);
  }

  private static void fill(ObjectNode answer, Decision.Denied denied) {
    answer.put("decision", "deny").put("status", denied.status()).put("body", denied.body());
    headers(answer.putArray("headers"), denied.headers());
    reason(answer, denied, denied.path());
    ObjectNode upstream = answer.putObject("upstreamHeaders");
    upstream.putArray("set");
    upstream.putArray("remove");
    dryRun(answer, denied);
  }

  private static void reason(ObjectNode answer, Decision decision, @Nullable String path) {
    answer.put("reason", decision.reason().code());
    answer.put("detail", decision.reason().detail());
    answer.put("policy", decision.reason().policy());
    rule(answer, decision.reason().rule());
    answer.put("path", path);
    answer.put("principal", decision.principal());
    answer.put("requestPrincipal", decision.requestPrincipal());
  }

  private static void dryRun(ObjectNode answer, Decision decision) {
    ArrayNode results = answer.putArray("dryRun");
    for (Decision.DryRun result : decision.dryRun()) {
      ObjectNode one = results.addObject().put("policy", result.policy());
      rule(one, result.rule());
      one.put("action", result.action()).put("matched", result.matched());
    }
  }

  private static void rule(ObjectNode answer, int rule) {
    if (rule < 0) {
      answer.putNull("rule");
    } else {
      answer.put("rule", rule);
    }
  }

  private static void headers(ArrayNode array, List<Header> headers) {
    headers.forEach(header -> array.addArray().add(header.name()).add(header.value()));
  }
}
