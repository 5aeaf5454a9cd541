package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** {@code -o} of commands that answer each line of a batch. */
final class AnswerOption {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "json: one object a line (the default); text: for people.")
  private Output output = Output.json;

  /** The forms of a result, named as they are written on the command line. */
  enum Output {
    text,
    json
  }

  /** How an answer is printed. */
  Function<ObjectNode, String> form() {
    return form(AnswerOption::text);
  }

  /** As {@link #form()}, with text of the command's own. */
  Function<ObjectNode, String> form(Function<ObjectNode, String> text) {
    return output == Output.text ? text : ObjectNode::toString;
  }

  /** {@code ID: field=value …}, without what there is not. Nothing in it ends the line. */
  private static String text(ObjectNode answer) {
    StringJoiner text = new StringJoiner(" ", shown(answer.path("id")) + ": ", "");
    for (Map.Entry<String, JsonNode> field : answer.properties()) {
      if (!field.getKey().equals("id") && !field.getValue().isNull()) {
        text.add(field.getKey() + "=" + shown(field.getValue()));
      }
    }
    return text.toString();
  }

  private static String shown(JsonNode value) {
    boolean plain =
        value.isTextual()
            && !value.textValue().isEmpty()
            && value.textValue().chars().allMatch(c -> c > ' ' && c < 0x7f && c != '"');
    return plain ? value.textValue() : value.toString();
  }
}
