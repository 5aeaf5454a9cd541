package io.heraldmesh.cli;

import io.heraldmesh.Await;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** {@code herald} as a process of its own, with what it said. */
final class HeraldProcess implements AutoCloseable {
  private final Process process;
  private final Path errors;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Thread reading;

  private HeraldProcess(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
    this.reading = Thread.ofVirtual().start(this::read);
  }

  /**
   * @param errors takes standard error
   */
  static HeraldProcess start(Path errors, String... arguments) throws IOException {
    return start(List.of("-Xmx200m", "-XX:TieredStopAtLevel=1"), errors, arguments);
  }

  /**
   * @param java further options of the Java process, such as its memory
   */
  static HeraldProcess start(List<String> java, Path errors, String... arguments)
      throws IOException {
    return start(List.of(), Main.class, java, errors, arguments);
  }

  /**
   * @param before words of the command in front of Java's, such as a shell that limits it
   * @param main the class that is started
   */
  static HeraldProcess start(
      List<String> before, Class<?> main, List<String> java, Path errors, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(before);
    command.addAll(command(main, java, arguments));
    return new HeraldProcess(
        new ProcessBuilder(command).redirectError(errors.toFile()).start(), errors);
  }

  /** How a process of {@code herald} is started. */
  interface Start {
    /**
     * @param errors takes standard error
     */
    HeraldProcess of(Path errors, String... arguments) throws IOException;
  }

  /**
   * As users start it: by the launcher, with the options that are shipped and the AOT cache, where
   * the build made one. In the root of the checkout.
   *
   * @param before words of the command in front of the launcher's
   * @param java further options of Java
   */
  static Start shipped(List<String> before, List<String> java) {
    return (errors, arguments) -> {
      List<String> command = new ArrayList<>(before);
      command.add(Path.of("herald").toAbsolutePath().toString());
      command.addAll(List.of(arguments));
      ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
      builder.environment().put("HERALD_JAVA_OPTS", String.join(" ", java));
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      return new HeraldProcess(builder.start(), errors);
    };
  }

  /** The words that start it. */
  static List<String> command(Class<?> main, List<String> java, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders"));
    command.addAll(java);
    command.addAll(List.of("-cp", classPath(), main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  /** Standard output so far. */
  List<String> lines() {
    return List.copyOf(lines);
  }

  /** Standard error so far. */
  String errors() throws IOException {
    return Files.readString(errors);
  }

  /** As {@link #errors}, for conditions. */
  String said() {
    try {
      return errors();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns once it said so; fails when it ends before. */
  HeraldProcess awaitReady() {
    awaitLine("ready");
    return this;
  }

  /** Returns once a line that begins like this was said; fails when it ends before. */
  String awaitLine(String start) {
    Await.until(start, () -> said(start) || !reading.isAlive());
    return lines.stream()
        .filter(line -> line.startsWith(start))
        .findFirst()
        .orElseThrow(() -> new AssertionError("ended without " + start + ": " + text()));
  }

  /** The port of {@code listening <what> …}. */
  int port(String what) {
    String line = awaitLine("listening " + what + " ");
    return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
  }

  /** Writes a line to its standard input. */
  void tell(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  /** Sends TERM. */
  void term() {
    process.destroy();
  }

  /** Sends HUP. */
  void hup() throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-HUP", Long.toString(process.pid())).start().waitFor();
  }

  long pid() {
    return process.pid();
  }

  boolean isRunning() {
    return process.isAlive();
  }

  /** The exit code; fails when it has not ended within 10 s. */
  int exitCode() throws InterruptedException {
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      throw new AssertionError("still running after 10 s: " + text());
    }
    return process.exitValue();
  }

  private boolean said(String start) {
    return lines.stream().anyMatch(line -> line.startsWith(start));
  }

  private String text() {
    try {
      return lines + "\n" + errors();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void read() {
    try (BufferedReader reader = process.inputReader()) {
      reader.lines().forEach(lines::add);
    } catch (IOException | UncheckedIOException e) {
      lines.add("reading failed: " + e);
    }
  }

  /** Of this process, whoever loaded its classes. */
  private static String classPath() {
    if (HeraldProcess.class.getClassLoader() instanceof URLClassLoader loader) {
      return Arrays.stream(loader.getURLs())
          .map(url -> Path.of(URI.create(url.toString())).toString())
          .collect(Collectors.joining(File.pathSeparator));
    }
    return System.getProperty("java.class.path");
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
