package io.heraldmesh.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * While it is open, processes with all their children get a processor only where nobody else wants
 * it, and make way at once: as far as the others can tell, they run on machines of their own.
 */
final class Yielding implements AutoCloseable {
  private static final int NICE = 19;
  private static final String GROUP = "autogroup";

  private final List<Long> processes;

  private Yielding(List<Long> processes) {
    this.processes = processes;
  }

  static Yielding of(Stream<Long> processes) throws IOException, InterruptedException {
    Yielding yielding =
        new Yielding(
            processes
                .flatMap(pid -> ProcessHandle.of(pid).stream())
                .flatMap(one -> Stream.concat(Stream.of(one), one.descendants()))
                .map(ProcessHandle::pid)
                .toList());
    yielding.set("--idle", NICE);
    return yielding;
  }

  /**
   * All threads, and each session where the kernel groups them; their threads to come do as they.
   */
  private void set(String policy, int nice) throws IOException, InterruptedException {
    String ours = group(ProcessHandle.current().pid());
    for (long pid : processes) {
      if (!group(pid).equals(ours)) {
        Files.writeString(file(pid, GROUP), Integer.toString(nice));
      }
      // one that has ended meanwhile makes it end with 1
      new ProcessBuilder("chrt", "--all-tasks", policy, "--pid", "0", Long.toString(pid))
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    }
  }

  /** Its session's name, without the priority; empty where sessions are not told apart. */
  private static String group(long pid) throws IOException {
    try {
      return Files.readString(file(pid, GROUP)).split(" ", 2)[0];
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  private static Path file(long pid, String name) {
    return Path.of("/proc", Long.toString(pid), name);
  }

  @Override
  public void close() {
    try {
      set("--other", 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
