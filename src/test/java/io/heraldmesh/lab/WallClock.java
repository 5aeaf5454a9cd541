package io.heraldmesh.lab;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;

/**
 * A wall clock of a process that can be set while it runs, by the library that {@code faults.sh}
 * makes of {@code src/test/lab/wallclock.c}. The clock that only goes forward stays as it is.
 */
final class WallClock {
  private static final Path LIBRARY = Path.of("target", "wallclock.so").toAbsolutePath();

  private final Path file;

  /**
   * @param folder where a file is made that holds what the clock is off by
   */
  WallClock(Path folder) throws IOException {
    this.file = folder.resolve("wallclock").toAbsolutePath();
    set(Duration.ZERO);
  }

  /** From now on that much off, in whole seconds. */
  void set(Duration off) throws IOException {
    ByteBuffer seconds = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
    seconds.putLong(off.toSeconds()).flip();
    // in place, for the processes have mapped it
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      while (seconds.hasRemaining()) {
        channel.write(seconds, seconds.position());
      }
    }
  }

  /** What comes before a command. */
  List<String> command() {
    return List.of("env", "LD_PRELOAD=" + LIBRARY, "WALLCLOCK=" + file);
  }
}
