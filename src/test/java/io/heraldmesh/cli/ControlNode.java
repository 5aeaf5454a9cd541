package io.heraldmesh.cli;

import io.heraldmesh.Await;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URLClassLoader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** {@code herald run} as a process of its own. */
final class ControlNode implements AutoCloseable {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final String name;
  private final Process process;
  private final List<String> said = new CopyOnWriteArrayList<>();

  private ControlNode(String name, Process process) {
    this.name = name;
    this.process = process;
    Thread.ofVirtual()
        .start(
            () -> {
              try (BufferedReader reader = process.inputReader()) {
                reader.lines().forEach(said::add);
              } catch (IOException e) {
                said.add("cannot be read: " + e.getMessage());
              }
            });
  }

  /**
   * @param options of the JVM, beside those of tests
   */
  static ControlNode start(String name, Path nodeFile, String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of(options));
    command.addAll(
        List.of(
            "-cp", classPath(), "io.heraldmesh.cli.Main", "run", "--config", nodeFile.toString()));
    return new ControlNode(
        name,
        new ProcessBuilder(command)
            .redirectError(nodeFile.resolveSibling(name + ".log").toFile())
            .start());
  }

  String name() {
    return name;
  }

  void ready() {
    Await.until(
        Duration.ofMinutes(2),
        name + " ready; it said " + said,
        () -> {
          if (!process.isAlive()) {
            throw new AssertionError(name + " ended with " + process.exitValue() + ", see its log");
          }
          return said.contains("ready");
        });
  }

  /** Whether it says to distribute. */
  boolean leads() {
    return says("herald_leader 1.0");
  }

  /** How many members it sees, itself too; one that does not answer sees none. */
  int members() {
    return metrics()
        .lines()
        .filter(line -> line.startsWith("herald_cluster_members "))
        .map(line -> (int) Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
        .findFirst()
        .orElse(0);
  }

  private boolean says(String metric) {
    return metrics().lines().anyMatch(metric::equals);
  }

  private String metrics() {
    String where =
        said.stream()
            .filter(line -> line.startsWith("listening metrics "))
            .findFirst()
            .orElseThrow()
            .substring("listening metrics ".length());
    try {
      return HTTP.send(
              HttpRequest.newBuilder(URI.create("http://" + where + "/metrics"))
                  .timeout(Duration.ofSeconds(2))
                  .build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** As by kill -9. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** Stands still, sockets open, until {@link #goOn}. */
  void standStill() throws IOException, InterruptedException {
    signal("STOP");
  }

  void goOn() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String signal) throws IOException, InterruptedException {
    int code =
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
            .inheritIO()
            .start()
            .waitFor();
    if (code != 0) {
      throw new IOException("kill -" + signal + " of " + name + ": " + code);
    }
  }

  /** As by TERM; its exit code. */
  int stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new AssertionError(name + " does not stop");
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    kill();
  }

  /** Of this process, whoever loaded its classes. */
  private static String classPath() {
    if (ControlNode.class.getClassLoader() instanceof URLClassLoader loader) {
      return Arrays.stream(loader.getURLs())
          .map(url -> Path.of(URI.create(url.toString())).toString())
          .collect(Collectors.joining(File.pathSeparator));
    }
    return System.getProperty("java.class.path");
  }
}
