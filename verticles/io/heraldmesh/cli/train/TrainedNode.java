package io.heraldmesh.cli.train;

import io.heraldmesh.cli.Main;
import io.heraldmesh.cli.StartFailure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The node whose JVM records: a process of its own, so that nothing of the load is recorded.
 * Profiles for the compiler are left out: they are those of a short and mixed load, and code that
 * was compiled by them stays slower than code that the node's own load has taught.
 */
final class TrainedNode implements AutoCloseable {
  private static final long END_WITHIN_SECONDS = 300;

  private final Process process;
  private final Path output;
  private final Path errors;
  private final Map<String, Integer> ports = new HashMap<>();

  private TrainedNode(Process process, Path output, Path errors) {
    this.process = process;
    this.output = output;
    this.errors = errors;
  }

  /** The jar that this process runs from. */
  static Path jar() {
    try {
      URI source = Main.class.getProtectionDomain().getCodeSource().getLocation().toURI();
      Path jar = Path.of(source);
      if (!Files.isRegularFile(jar)) {
        throw StartFailure.cannotStart("an AOT cache is made for a jar, not for " + jar);
      }
      return jar;
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns once the node is ready. */
  static TrainedNode start(Java java, Path cache, TrainingFolder files)
      throws IOException, InterruptedException {
    Path output = files.path("stdout");
    Path errors = files.path("stderr");
    Process process =
        java.process(
                List.of("-XX:AOTCacheOutput=" + cache, "-XX:-AOTRecordTraining"),
                List.of("run", "--config", files.nodeFile().toString()))
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile())
            .start();
    TrainedNode node = new TrainedNode(process, output, errors);
    try {
      node.awaitReady();
      return node;
    } catch (IOException | RuntimeException e) {
      node.close();
      throw e;
    }
  }

  private void awaitReady() throws IOException, InterruptedException {
    while (!read()) {
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
      throw new IllegalStateException("the node does not listen for " + what + ": " + ports);
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
          "no AOT cache was made: the node under training "
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
    process.destroyForcibly();
  }
}
