package io.heraldmesh.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;

/**
 * A wall clock that can be set while a process runs: libfaketime, which reads a file once a second;
 * to read it whenever the process asks what time it is slowed the process down a hundred times. The
 * clock that only goes forward stays as it is, as on a machine.
 */
final class FakeTime {
  private final Path file;

  FakeTime(Path folder) throws IOException {
    this.file = folder.resolve("clock");
    set(Duration.ZERO);
  }

  /** From now on that much off. */
  void set(Duration off) throws IOException {
    Path fresh = file.resolveSibling("clock.new");
    Files.writeString(fresh, "%+d".formatted(off.toSeconds()));
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** What comes before a command. */
  List<String> command() throws IOException {
    return List.of(
        "env",
        "LD_PRELOAD=" + library(),
        "FAKETIME_TIMESTAMP_FILE=" + file,
        "FAKETIME_CACHE_DURATION=1",
        "FAKETIME_DONT_FAKE_MONOTONIC=1",
        "DONT_FAKE_MONOTONIC=1");
  }

  private static Path library() throws IOException {
    for (String folder : List.of("x86_64-linux-gnu/", "aarch64-linux-gnu/", "")) {
      Path file = Path.of("/usr/lib", folder + "faketime", "libfaketimeMT.so.1");
      if (Files.exists(file)) {
        return file;
      }
    }
    throw new IOException("libfaketimeMT.so.1 is missing: apt-get install libfaketime");
  }
}
