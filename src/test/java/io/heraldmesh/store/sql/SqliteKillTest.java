package io.heraldmesh.store.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.store.IssuanceRecord;
import io.heraldmesh.store.Store;
import java.io.BufferedReader;
import java.io.File;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was acknowledged survives the process that wrote it. */
class SqliteKillTest {
  @TempDir Path folder;

  @Test
  void everyAcknowledgedRecordAndRevisionIsThereAfterAKill() throws Exception {
    Path file = folder.resolve("herald.db");
    List<String> acknowledged = new ArrayList<>();
    long revision = 0;
    for (int round = 0; round < 2; round++) {
      Process child =
          new ProcessBuilder(
                  ProcessHandle.current().info().command().orElseThrow(),
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  classPath(),
                  Writer.class.getName(),
                  file.toString(),
                  "r" + round)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try (BufferedReader lines = child.inputReader()) {
        int wanted = 150 + 100 * round;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("revision ")) {
            revision = Long.parseLong(line.substring(9));
          } else {
            acknowledged.add(line);
          }
          if (--wanted == 0) {
            // SIGKILL, in the middle of its writing; then read what it had still said.
            child.toHandle().destroyForcibly();
          }
        }
      }
      assertThat(child.waitFor()).as("killed, not ended").isEqualTo(137);
      try (Store store = SqliteStore.open(file)) {
        for (String serial : acknowledged) {
          assertThat(store.issuanceLog().find(serial)).as(serial).isPresent();
        }
        assertThat(store.revisions().current().number()).isGreaterThanOrEqualTo(revision);
      }
    }
    assertThat(acknowledged).hasSizeGreaterThan(200);
    assertThat(revision).isPositive();
  }

  /** Where these classes came from; the property of that name may only hold the test runner. */
  private static String classPath() throws Exception {
    List<String> places = new ArrayList<>();
    for (Class<?> used :
        List.of(
            Writer.class,
            SqliteStore.class,
            org.sqlite.JDBC.class,
            org.slf4j.Logger.class,
            ch.qos.logback.classic.Logger.class,
            ch.qos.logback.core.Appender.class)) {
      places.add(
          Path.of(used.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
    }
    return String.join(File.pathSeparator, places);
  }

  /** Appends without end from several threads and prints each acknowledged serial. */
  static final class Writer {
    public static void main(String[] args) throws Exception {
      Store store = SqliteStore.open(Path.of(args[0]));
      for (int t = 0; t < 4; t++) {
        String prefix = args[1] + "-" + t + "-";
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 0; ; i++) {
                    String serial = prefix + i;
                    store
                        .issuanceLog()
                        .append(List.of(record(serial)))
                        .thenRun(() -> say(serial))
                        .join();
                  }
                });
      }
      while (true) {
        say("revision " + store.revisions().next().number());
      }
    }

    private static synchronized void say(String line) {
      System.out.println(line);
      System.out.flush();
    }

    private static IssuanceRecord record(String serial) {
      return new IssuanceRecord(
          serial, "spiffe://mesh.test/a", "n", Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, "", "");
    }
  }
}
