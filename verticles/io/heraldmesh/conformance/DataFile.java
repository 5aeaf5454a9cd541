package io.heraldmesh.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file of the data folder; read when first asked for, and once. */
public final class DataFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final String name;
  private @Nullable JsonNode json;

  /**
   * @param name path below {@code folder}, with slashes
   */
  public DataFile(Path folder, String name) {
    this.folder = folder;
    this.name = name;
  }

  /** Path below the data folder, with slashes. */
  public String name() {
    return name;
  }

  public Path path() {
    return folder.resolve(name);
  }

  /** Another file of the same data folder. */
  public DataFile other(String otherName) {
    return new DataFile(folder, otherName);
  }

  public boolean exists() {
    return Files.isRegularFile(path());
  }

  /**
   * @throws UncheckedIOException when it cannot be read
   */
  public String text() {
    try {
      return Files.readString(path(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(name + " cannot be read", e);
    }
  }

  /** The file as JSON; missing when it is named or written otherwise. */
  public JsonNode json() {
    JsonNode known = json;
    if (known == null) {
      known = parse();
      json = known;
    }
    return known;
  }

  /** Whether it is a JSON object with a list {@code field} whose first member has these fields. */
  public boolean hasList(String field, String... members) {
    JsonNode first = json().path(field).path(0);
    for (String member : members) {
      if (!first.has(member)) {
        return false;
      }
    }
    return first.isObject();
  }

  private JsonNode parse() {
    if (!name.endsWith(".json")) {
      return MissingNode.getInstance();
    }
    try {
      return JSON.readTree(path().toFile());
    } catch (IOException e) {
      return MissingNode.getInstance();
    }
  }
}
