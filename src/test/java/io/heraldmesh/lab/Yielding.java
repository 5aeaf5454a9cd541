package io.heraldmesh.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * While it is open, processes with all their children get a processor only where nobody else wants
 * it: as far as the others can tell, they run on machines of their own.
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
    yielding.nice(NICE);
    return yielding;
  }

  /** A thread has a priority of its own, and so has each session where the kernel groups them. */
  private void nice(int nice) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("renice", "-n", Integer.toString(nice), "-p"));
    String ours = group(ProcessHandle.current().pid());
    for (long pid : processes) {
      command.addAll(threads(pid));
      if (!group(pid).equals(ours)) {
        Files.writeString(file(pid, GROUP), Integer.toString(nice));
      }
    }
    // a thread that has ended meanwhile makes it end with 1
    new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  private static List<String> threads(long pid) throws IOException {
    try (Stream<Path> all = Files.list(file(pid, "task"))) {
      return all.map(task -> task.getFileName().toString()).toList();
    } catch (NoSuchFileException e) {
      return List.of(); // it has ended
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
      nice(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
