package io.heraldmesh;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * The shared test data beside the project; tests that need it are skipped, with a word, without.
 */
public final class SharedData {
  private SharedData() {}

  /** The folder, when it is there. */
  public static Optional<Path> folder() {
    String given = System.getProperty("herald.shared");
    return Stream.of(given == null ? "../shared" : given, "../shared", "../../shared")
        .map(p -> Path.of(p, "data"))
        .filter(Files::isDirectory)
        .findFirst();
  }

  /** A file of it; skips the calling test, saying so, when the data is absent. */
  public static Path file(String name) {
    Optional<Path> file = folder().map(f -> f.resolve(name)).filter(Files::exists);
    Assumptions.assumeTrue(file.isPresent(), () -> "shared data is absent, not run: " + name);
    return file.orElseThrow();
  }

  /** A JSON file of it, parsed; skips as {@link #file} does. */
  public static JsonNode json(String name) {
    try {
      return new ObjectMapper().readTree(file(name).toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
