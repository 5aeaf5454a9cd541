package io.heraldmesh.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The lists that the jar carries: what is stricter on purpose, and what is not driven. */
final class Lists {
  /** Files that no corpus reads, and why. */
  record NotDriven(String files, String reason) {}

  private Lists() {}

  static Exceptions stricter() {
    List<Exceptions.Entry> entries = new ArrayList<>();
    for (JsonNode entry : read("stricter.json")) {
      entries.add(
          new Exceptions.Entry(
              text(entry, "file"),
              entry.has("id") ? text(entry, "id") : null,
              entry.has("class") ? text(entry, "class") : null,
              text(entry, "reason")));
    }
    return new Exceptions(entries);
  }

  static List<NotDriven> notDriven() {
    List<NotDriven> list = new ArrayList<>();
    for (JsonNode entry : read("not-driven.json")) {
      list.add(new NotDriven(text(entry, "files"), text(entry, "reason")));
    }
    return list;
  }

  private static String text(JsonNode entry, String field) {
    return Optional.ofNullable(entry.get(field))
        .filter(JsonNode::isTextual)
        .map(JsonNode::asText)
        .orElseThrow(() -> new IllegalStateException("an entry lacks " + field + ": " + entry));
  }

  private static JsonNode read(String name) {
    try (InputStream in = Lists.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not in the jar");
      }
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }
}
