package io.heraldmesh;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every source file is formatted by google-java-format. It runs here, in the toolchain's JDK 25,
 * because a Maven plugin would run it in Maven's own JDK, which may not read the language level.
 */
class FormatTest {
  private static final boolean WRITE = "write".equals(System.getProperty("herald.format"));

  @Test
  void everySourceFileIsFormatted() throws Exception {
    Formatter formatter = new Formatter();
    List<Path> unformatted = new ArrayList<>();
    int seen = 0;
    for (Path root : List.of(Path.of("verticles"), Path.of("src/test/java"))) {
      try (Stream<Path> files = Files.walk(root)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
          seen++;
          String source = Files.readString(file);
          String formatted =
              formatter.formatSource(
                  RemoveUnusedImports.removeUnusedImports(
                      ImportOrderer.reorderImports(source, JavaFormatterOptions.Style.GOOGLE)));
          if (!formatted.equals(source)) {
            unformatted.add(file);
            if (WRITE) {
              Files.writeString(file, formatted);
            }
          }
        }
      }
    }
    assertThat(seen).as("source files found").isGreaterThan(20);
    if (!WRITE) {
      assertThat(unformatted)
          .as("run: mvn -q test -Dtest=FormatTest -Dherald.format=write")
          .isEmpty();
    }
  }
}
