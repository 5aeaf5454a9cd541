package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** An answer of {@code explain} for people: what was decided, by what, and what came nearest. */
final class ExplainedText {
  private ExplainedText() {}

  /** One line, and a further one each for who called, what is changed and what dry runs say. */
  static String of(ObjectNode answer) {
    StringBuilder text = new StringBuilder(answer.path("id").asText()).append(": ");
    if (answer.has("error")) {
      return text.append("error: ").append(answer.get("error").asText()).toString();
    }
    text.append(answer.path("decision").asText()).append(' ').append(status(answer));
    text.append(": ").append(answer.path("detail").asText());
    line(text, "path", answer.path("path"));
    line(text, "caller", answer.path("principal"));
    line(text, "user", answer.path("requestPrincipal"));
    for (JsonNode header : answer.path("headers")) {
      text.append("\n    answers ").append(pair(header));
    }
    for (JsonNode header : answer.path("upstreamHeaders").path("set")) {
      text.append("\n    sets ").append(pair(header));
    }
    for (JsonNode name : answer.path("upstreamHeaders").path("remove")) {
      text.append("\n    removes ").append(name.asText());
    }
    for (JsonNode dryRun : answer.path("dryRun")) {
      text.append("\n    dry run: ")
          .append(dryRun.path("action").asText())
          .append(' ')
          .append(dryRun.path("policy").asText())
          .append(dryRun.path("matched").asBoolean() ? " matches" : " does not match");
    }
    return text.toString();
  }

  private static String status(JsonNode answer) {
    int status = answer.path("status").asInt();
    return status == 0 ? "(connection closed)" : Integer.toString(status);
  }

  private static void line(StringBuilder text, String name, JsonNode value) {
    if (value.isTextual()) {
      text.append("\n    ").append(name).append(' ').append(value.asText());
    }
  }

  private static String pair(JsonNode header) {
    return header.path(0).asText() + ": " + header.path(1).asText();
  }
}
