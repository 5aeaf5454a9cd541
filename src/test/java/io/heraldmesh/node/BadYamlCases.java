package io.heraldmesh.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.SharedData;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The shared cases of bad YAML that are texts; those that are made are tests of their own. */
public final class BadYamlCases {
  private BadYamlCases() {}

  /**
   * @param bytes what the file holds, a character for each byte
   * @param line 0: not said
   * @param field null: not said
   */
  public record Case(String id, String bytes, String expect, int line, @Nullable String field) {

    public byte[] content() {
      return bytes.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Whether a place fits: the line given, one more or less, and the field given. */
    public boolean isAt(int at, String path) {
      return (line == 0 || Math.abs(at - line) <= 1) && (field == null || field.equals(path));
    }

    @Override
    public String toString() {
      return id;
    }
  }

  public static List<Case> all() {
    JsonNode cases = SharedData.json("attacks/yaml-bad.json").path("cases");
    return StreamSupport.stream(cases.spliterator(), false)
        .filter(c -> !c.has("gen"))
        .map(BadYamlCases::read)
        .toList();
  }

  private static Case read(JsonNode c) {
    byte[] bytes =
        c.has("input_b64")
            ? Base64.getDecoder().decode(c.path("input_b64").asText())
            : c.path("input").asText().getBytes(StandardCharsets.UTF_8);
    return new Case(
        c.path("id").asText(),
        new String(bytes, StandardCharsets.ISO_8859_1),
        c.path("expect").asText(),
        c.path("line").asInt(),
        c.has("field") ? c.path("field").asText() : null);
  }
}
