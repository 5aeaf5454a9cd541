package io.heraldmesh.proxy.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is added to a log file begins a line, whatever was there before. */
class LogFileTest {
  @TempDir Path folder;

  @Test
  void halfALineOfBeforeStaysByItself() throws Exception {
    Path file = Files.writeString(folder.resolve("access.log"), "whole\nha");

    add(file, "next\n", "last\n");

    assertThat(Files.readString(file)).isEqualTo("whole\nha\nnext\nlast\n");
  }

  /** A node that starts on a full disk opens its log, and must be able to. */
  @Test
  void openingItWritesNothing() throws Exception {
    Path file = Files.writeString(folder.resolve("access.log"), "whole\nha");

    LogFile.open(file).close();

    assertThat(Files.readString(file)).isEqualTo("whole\nha");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "whole\n"})
  void nothingComesBetweenWholeLines(String before) throws Exception {
    Path file = Files.writeString(folder.resolve("access.log"), before);

    add(file, "next\n");

    assertThat(Files.readString(file)).isEqualTo(before + "next\n");
  }

  @Test
  void aFileThatIsNotThereIsMade() throws Exception {
    Path file = folder.resolve("access.log");

    add(file, "next\n");

    assertThat(Files.readString(file)).isEqualTo("next\n");
  }

  private static void add(Path file, String... lines) throws IOException {
    try (OutputStream out = LogFile.open(file)) {
      for (String line : lines) {
        out.write(line.getBytes(StandardCharsets.UTF_8));
      }
    }
  }
}
