package io.heraldmesh.store.sql;

import io.heraldmesh.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * While it is open, each write of this process to some files fails as on a disk that turned
 * read-only under it. The kernel makes no file system read-only by mount while a file in it is open
 * for writing, so strace answers in its place.
 */
final class ReadOnlyCalls implements AutoCloseable {
  private static final String CALLS = "write,pwrite64,writev,pwritev,ftruncate,fallocate";
  private static final Path THREADS = Path.of("/proc/self/task");

  private final Process strace;

  ReadOnlyCalls(List<Path> files) throws IOException {
    List<String> command = new ArrayList<>(List.of("strace", "-f"));
    for (Path file : files) {
      command.addAll(List.of("-P", file.toString()));
    }
    command.addAll(
        List.of(
            "-e",
            "trace=" + CALLS,
            "-e",
            "inject=" + CALLS + ":error=EROFS",
            "-p",
            Long.toString(ProcessHandle.current().pid())));
    strace =
        new ProcessBuilder(command)
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.DISCARD)
            .start();
    Await.until("strace has every thread", ReadOnlyCalls::isTraced);
  }

  private static boolean isTraced() {
    try (Stream<Path> threads = Files.list(THREADS)) {
      return threads.noneMatch(ReadOnlyCalls::isFree);
    } catch (IOException | UncheckedIOException e) {
      // One ended meanwhile.
      return false;
    }
  }

  private static boolean isFree(Path thread) {
    try {
      return Files.readString(thread.resolve("status")).contains("TracerPid:\t0\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The disk is writable again. */
  @Override
  public void close() throws IOException, InterruptedException {
    strace.destroy();
    if (!strace.waitFor(20, TimeUnit.SECONDS)) {
      throw new IOException("strace does not let go");
    }
  }
}
