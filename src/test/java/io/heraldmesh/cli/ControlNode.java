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

  static ControlNode start(String name, Path nodeFile) throws IOException {
    return new ControlNode(
        name,
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath(),
                "io.heraldmesh.cli.Main",
                "run",
                "--config",
                nodeFile.toString())
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
    return metrics().lines().anyMatch("herald_leader 1.0"::equals);
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
              HttpRequest.newBuilder(URI.create("http://" + where + "/metrics")).build(),
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
