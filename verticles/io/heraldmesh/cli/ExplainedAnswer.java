package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Header;
import io.heraldmesh.policy.Nearest;
import io.heraldmesh.policy.Reason;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A decision as JSON, in the fields of an answer of {@code herald explain}. */
final class ExplainedAnswer {
  private ExplainedAnswer() {}

  static void fill(ObjectNode answer, Decision decision) {
    answer.put("decision", word(decision));
    answer.put("status", status(decision));
    answer.put("body", body(decision));
    headers(answer.putArray("headers"), headers(decision));
    reason(answer, decision.reason());
    answer.put("path", path(decision));
    answer.put("principal", decision.principal());
    answer.put("requestPrincipal", decision.requestPrincipal());
    ObjectNode upstream = answer.putObject("upstreamHeaders");
    headers(upstream.putArray("set"), set(decision));
    remove(decision).forEach(upstream.putArray("remove")::add);
    dryRun(answer, decision);
  }

  /** {@code allow} or {@code deny}. */
  static String word(Decision decision) {
    return decision instanceof Decision.Allowed ? "allow" : "deny";
  }

  /** The status of the answer; 0: there is none, the connection is closed. */
  static int status(Decision decision) {
    return decision instanceof Decision.Denied denied ? denied.status() : 200;
  }

  static String body(Decision decision) {
    return decision instanceof Decision.Denied denied ? denied.body() : "";
  }

  /** Of the refusal. */
  static List<Header> headers(Decision decision) {
    return decision instanceof Decision.Denied denied ? denied.headers() : List.of();
  }

  static @Nullable String path(Decision decision) {
    return switch (decision) {
      case Decision.Allowed allowed -> allowed.path();
      case Decision.Denied denied -> denied.path();
    };
  }

  /** Headers that the service gets instead of what came under these names. */
  static List<Header> set(Decision decision) {
    return decision instanceof Decision.Allowed allowed ? allowed.set() : List.of();
  }

  /** Headers that the service does not get, sorted. */
  static Set<String> remove(Decision decision) {
    return decision instanceof Decision.Allowed allowed
        ? new TreeSet<>(allowed.remove())
        : Set.of();
  }

  private static void reason(ObjectNode answer, Reason reason) {
    answer.put("reason", reason.code());
    answer.put("detail", reason.detail());
    answer.put("policy", reason.policy());
    rule(answer, reason.rule());
    answer.put("field", reason.fields().isEmpty() ? null : reason.fields().getFirst());
    reason.fields().forEach(answer.putArray("fields")::add);
    Nearest nearest = reason.nearest();
    if (nearest == null) {
      answer.putNull("nearest");
      return;
    }
    ObjectNode near = answer.putObject("nearest");
    near.put("policy", nearest.policy());
    near.put("rule", nearest.rule());
    near.put("field", nearest.fields().getFirst());
    ArrayNode misses = near.putArray("misses");
    for (Nearest.Miss miss : nearest.misses()) {
      misses.addObject().put("field", miss.field()).put("expected", miss.expected());
    }
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
