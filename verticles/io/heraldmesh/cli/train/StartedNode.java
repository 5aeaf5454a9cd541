package io.heraldmesh.cli.train;

import io.heraldmesh.node.StartFailure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A node in a process of its own, which says on standard output what it listens on. */
final class StartedNode implements AutoCloseable {
  private static final long READY_WITHIN_SECONDS = 180;
  private static final long END_WITHIN_SECONDS = 300;

  private final String name;
  private final Process process;
  private final Path output;
  private final Path errors;
  private final Map<String, Integer> ports = new HashMap<>();

  private StartedNode(String name, Process process, Path output, Path errors) {
    this.name = name;
    this.process = process;
    this.output = output;
    this.errors = errors;
  }

  /**
   * Returns once the node is ready.
   *
   * @param name for messages, and of the files with what it says
   */
  static StartedNode start(String name, ProcessBuilder command, TrainingFolder files)
      throws IOException, InterruptedException {
    Path output = files.path(name + ".out");
    Path errors = files.path(name + ".err");
    Process process =
        command.redirectOutput(output.toFile()).redirectError(errors.toFile()).start();
    StartedNode node = new StartedNode(name, process, output, errors);
    try {
      node.awaitReady();
      return node;
    } catch (IOException | RuntimeException e) {
      node.close();
      throw e;
    }
  }

  private void awaitReady() throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_WITHIN_SECONDS);
    while (!read()) {
      if (System.nanoTime() > end) {
        throw failed("was not ready in " + READY_WITHIN_SECONDS + " s");
      }
      if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
        throw failed("ended before it was ready");
      }
    }
  }

  /** Reads what the node said; true: it is ready. */
  private boolean read() throws IOException {
    boolean ready = false;
    try (BufferedReader lines = Files.newBufferedReader(output)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split(" ", -1);
        if (words.length == 3 && words[0].equals("listening")) {
          ports.put(words[1], Integer.parseInt(words[2].substring(words[2].lastIndexOf(':') + 1)));
        }
        ready |= line.equals("ready");
      }
    }
    return ready;
  }

  /** The port of {@code listening <what> …}. */
  int port(String what) {
    Integer port = ports.get(what);
    if (port == null) {
      throw new IllegalStateException(name + " does not listen for " + what + ": " + ports);
    }
    return port;
  }

  /** Tells the node to stop, and waits until its JVM has written the cache. */
  void end() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(END_WITHIN_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw failed("did not end well");
    }
  }

  private StartFailure failed(String what) {
    try {
      return StartFailure.cannotStart(
          "no AOT cache was made: the "
              + name
              + " node "
              + what
              + "\n"
              + Files.readString(output, StandardCharsets.UTF_8)
              + Files.readString(errors, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
