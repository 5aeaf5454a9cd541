package io.heraldmesh.lab;

import io.heraldmesh.Await;
import io.heraldmesh.SocketHolder;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.cli.demo.WireClient;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A node in its host. Its listening sockets, if it takes any, outlive its processes. */
final class LabNode implements AutoCloseable {
  /** Names the jar that nodes run; its AOT cache lies beside it. */
  private static final String JAR = "herald.lab.jar";

  private static final int STARTS = 3;

  /** Many of them run beside each other on one machine, and compiling well is not worth it. */
  private static final List<String> SMALL = List.of("-Xmx160m", "-XX:TieredStopAtLevel=1");

  /** Its log, and the log of accesses. */
  private static final Pattern LOGGED =
      Pattern.compile("^\\{\"(?:start_)?time\":\"([^\"]+)\"", Pattern.MULTILINE);

  private static final Pattern IN_FORCE = Pattern.compile("in force revision=(\\d+)\\.(\\d+)");

  private static final Duration READY_WITHIN = Duration.ofMinutes(3);

  private final String name;
  private final Path folder;
  private final List<String> inHost;
  private final SocketHolder holder;
  private final List<String> options;
  private final boolean attaches;
  private final List<String> ends = new ArrayList<>();
  private String jar = System.getProperty(JAR, "");
  private SocketHolder.Started running;
  private boolean mayEnd = true;

  /**
   * @param inHost words of the command that runs others in its host
   * @param sockets {@code NAME=ADDRESS:PORT} of those that are kept for it
   * @param attaches whether it is no control node
   */
  LabNode(String name, Path folder, List<String> inHost, List<String> sockets, boolean attaches)
      throws IOException {
    this(name, folder, inHost, sockets, SMALL, attaches);
  }

  /** A control node with these options of the JVM. */
  LabNode(String name, Path folder, List<String> inHost, List<String> sockets, List<String> options)
      throws IOException {
    this(name, folder, inHost, sockets, options, false);
  }

  private LabNode(
      String name,
      Path folder,
      List<String> inHost,
      List<String> sockets,
      List<String> options,
      boolean attaches)
      throws IOException {
    this.name = name;
    this.folder = folder;
    this.inHost = inHost;
    this.options = options;
    this.attaches = attaches;
    this.holder = new SocketHolder(inHost, folder, sockets, List.of());
  }

  String name() {
    return name;
  }

  Path file() {
    return folder.resolve("node.yaml");
  }

  /** Where it keeps what must outlive the process. */
  Path state() {
    return folder.resolve("state");
  }

  /** What stands at {@code /metrics} in its host. */
  String metrics(Path network) throws InterruptedException {
    AtomicReference<String> body = new AtomicReference<>("");
    InHost.start(
            network,
            "metrics " + name,
            () ->
                body.set(
                    WireClient.once(15020, "GET", "127.0.0.1:15020", "/metrics", List.of()).body()))
        .join();
    return body.get();
  }

  /** Runs that jar from its next start on; its AOT cache lies beside it. */
  void runs(Path delivered) {
    jar = delivered.toString();
  }

  LabNode start() throws IOException {
    return start(List.of());
  }

  /** By a command that becomes the process, such as {@code env}. */
  LabNode start(List<String> by) throws IOException {
    noteEnd();
    List<String> words = new ArrayList<>(by);
    words.addAll(java(options, attaches ? "-attached" : "-control", List.of("run", "--config")));
    running = holder.start(words, file().toString());
    mayEnd = false;
    return this;
  }

  /** That this process ends by itself is what is looked for. */
  void mayEnd() {
    mayEnd = true;
  }

  /** What it said last, for each process that ended and was not told to; each is told once. */
  List<String> endsByItself() {
    noteEnd();
    List<String> all = List.copyOf(ends);
    ends.clear();
    return all;
  }

  private void noteEnd() {
    if (!mayEnd && !running.isRunning()) {
      mayEnd = true;
      ends.add(name + ": " + said().strip().lines().reduce("", (before, line) -> line));
    }
  }

  /** The same with another clock, see {@link WallClock}; or whatever else comes before it. */
  void restart(List<String> by) throws IOException {
    stop();
    start(by);
    awaitReady();
  }

  /** Returns once it said so, with the milliseconds that it took. */
  long awaitReady() {
    long from = System.nanoTime();
    Await.until(READY_WITHIN, name + " is ready", this::ready);
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from);
  }

  /**
   * The same, started again should it end before, as a service manager does ({@code
   * Restart=always}): on a machine that is busy enough the database's answer comes too late.
   */
  void supervised() throws IOException {
    for (int i = 0; i < STARTS; i++) {
      Await.until(READY_WITHIN, name + " is ready or ended", () -> !isRunning() || ready());
      if (isRunning()) {
        return;
      }
      start();
    }
    awaitReady();
  }

  boolean ready() {
    if (!running.isRunning()) {
      throw new AssertionError(name + " ended: " + running.said());
    }
    return running.isReady();
  }

  String said() {
    return running.said();
  }

  boolean isRunning() {
    return running.isRunning();
  }

  long pid() {
    return running.pid();
  }

  void kill() {
    noteEnd();
    mayEnd = true;
    running.kill();
  }

  /** TERM, and waits for the end. */
  void stop() {
    noteEnd();
    mayEnd = true;
    running.stop();
  }

  /** It does nothing any more, and all that it holds stays open, until {@link #thaw}. */
  void freeze() throws IOException, InterruptedException {
    Hosts.must("kill", "-STOP", Long.toString(pid()));
  }

  void thaw() throws IOException, InterruptedException {
    Hosts.must("kill", "-CONT", Long.toString(pid()));
  }

  /** How many lines of its log have that in them. */
  long logged(String text) {
    return said().lines().filter(line -> line.contains(text)).count();
  }

  /** The revision that it said last is in force. */
  Revision inForce() {
    Matcher line = IN_FORCE.matcher(said());
    Revision last = null;
    while (line.find()) {
      last = new Revision(Long.parseLong(line.group(1)), Long.parseLong(line.group(2)));
    }
    if (last == null) {
      throw new AssertionError(name + " has no snapshot in force");
    }
    return last;
  }

  /** By its own clock, when it last logged something. */
  Instant lastLogged() {
    Matcher line = LOGGED.matcher(said());
    Instant last = Instant.EPOCH;
    while (line.find()) {
      last = Instant.parse(line.group(1));
    }
    return last;
  }

  /**
   * What {@code herald} prints in this host; fails when it ends otherwise than with one of these.
   */
  String herald(List<Integer> codes, List<String> arguments)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile(folder, "out", "");
    Path err = Files.createTempFile(folder, "err", "");
    List<String> command = new ArrayList<>(inHost);
    command.addAll(java(SMALL, "", arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .redirectInput(new File("/dev/null"))
            .start();
    int code = process.waitFor();
    String said = Files.readString(out, StandardCharsets.UTF_8);
    if (!codes.contains(code)) {
      throw new IOException(
          "herald "
              + String.join(" ", arguments)
              + " ended with "
              + code
              + ": "
              + said
              + Files.readString(err, StandardCharsets.UTF_8));
    }
    return said;
  }

  String herald(String... arguments) throws IOException, InterruptedException {
    return herald(List.of(0), List.of(arguments));
  }

  /** As it is delivered where a jar is named, with its AOT cache; else from compiled classes. */
  private List<String> java(List<String> options, String kind, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (jar.isEmpty()) {
      command.addAll(
          List.of(
              "--enable-native-access=ALL-UNNAMED",
              "--sun-misc-unsafe-memory-access=allow",
              "-XX:+UseSerialGC",
              "-XX:+UseCompactObjectHeaders"));
      command.addAll(options);
      command.addAll(List.of("-cp", classPath(), "io.heraldmesh.cli.Main"));
    } else {
      command.add("@" + optionsBeside(Path.of(jar)));
      command.add("-XX:AOTCache=" + cacheBeside(jar, kind));
      command.addAll(options);
      command.addAll(List.of("-jar", jar));
    }
    command.addAll(arguments);
    return command;
  }

  /** An older version may have none for this kind of node. */
  private static String cacheBeside(String jar, String kind) {
    String own = jar.replaceAll("\\.jar$", kind + ".aot");
    return Files.exists(Path.of(own)) ? own : jar.replaceAll("\\.jar$", ".aot");
  }

  /**
   * The options of the checkout in whose {@code target} the jar is: those that its cache is for.
   */
  private static Path optionsBeside(Path jar) {
    return jar.toAbsolutePath().getParent().resolveSibling("conf").resolve("java.options");
  }

  /** Of this process, whoever loaded its classes. */
  static String classPath() {
    if (LabNode.class.getClassLoader() instanceof URLClassLoader loader) {
      return Arrays.stream(loader.getURLs())
          .map(url -> Path.of(URI.create(url.toString())).toString())
          .collect(Collectors.joining(File.pathSeparator));
    }
    return System.getProperty("java.class.path");
  }

  @Override
  public void close() {
    holder.close();
  }
}
