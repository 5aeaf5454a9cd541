package io.heraldmesh;

import io.heraldmesh.store.PostgresSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A real PostgreSQL server out of the installed binaries, with a fresh cluster in a temporary
 * folder, on a loopback port. It runs as the user {@code postgres} where the tests run as root,
 * whom it refuses. Users log in with a password.
 *
 * <p>Without the binaries the calling test is skipped with a word; with {@code HERALD_LAB=required}
 * in the environment, as in CI, it fails.
 */
public final class PostgresServer implements AutoCloseable {
  public static final String USER = "herald";
  public static final String PASSWORD = "a secret of the tests";

  private static final AtomicInteger SCHEMAS = new AtomicInteger();

  private final Path binaries;
  private final Path folder;
  private final List<String> before;
  private final String address;
  private final int port;
  private final List<String> options;
  private List<String> by = List.of();
  private Process process;

  private PostgresServer(
      Path binaries, List<String> before, String address, int port, List<String> options)
      throws IOException {
    this.binaries = binaries;
    this.before = before;
    this.address = address;
    this.port = port;
    this.options = options;
    this.folder = Files.createTempDirectory("herald-pg");
    Path passwords = folder.resolve("password");
    Files.writeString(passwords, PASSWORD + "\n");
    if (root()) {
      run("chown", "-R", "postgres", folder.toString());
    }
    run(
        as(
            "initdb",
            "-D",
            folder.resolve("data").toString(),
            "-U",
            USER,
            "--auth-local=trust",
            "--auth-host=scram-sha-256",
            "--pwfile=" + passwords,
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync"));
    if (!before.isEmpty()) {
      Files.writeString(
          folder.resolve("data/pg_hba.conf"),
          "host all all 0.0.0.0/0 scram-sha-256\n",
          StandardOpenOption.APPEND);
    }
    this.process = launch();
  }

  /** One that all tests of this process share; it stops with the process. */
  public static PostgresServer shared() {
    return Shared.get();
  }

  /** One of the test's own, which it closes; {@code options} such as {@code fsync=off}. */
  public static PostgresServer start(String... options) {
    try {
      return start(List.of(), "127.0.0.1", freePort(), options);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * One at a given address.
   *
   * @param before words of a command that runs others, in whose network it is then
   */
  public static PostgresServer start(
      List<String> before, String address, int port, String... options) {
    String missing =
        binaries().isPresent()
            ? ""
            : "PostgreSQL is not installed, not run: apt-get install postgresql";
    if (!missing.isEmpty() && "required".equals(System.getenv("HERALD_LAB"))) {
      throw new AssertionError(missing);
    }
    Assumptions.assumeTrue(missing.isEmpty(), missing);
    try {
      return new PostgresServer(binaries().orElseThrow(), before, address, port, List.of(options));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<Path> binaries() {
    Path versions = Path.of("/usr/lib/postgresql");
    if (!Files.isDirectory(versions)) {
      return Optional.empty();
    }
    try (Stream<Path> all = Files.list(versions)) {
      return all.map(version -> version.resolve("bin"))
          .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
          .max(Comparator.comparing(bin -> Integer.valueOf(bin.getName(3).toString())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String host() {
    return address + ":" + port;
  }

  /** Settings with an empty schema of the caller's own. */
  public PostgresSettings settings() {
    return settings("test" + SCHEMAS.incrementAndGet());
  }

  public PostgresSettings settings(String schema) {
    return new PostgresSettings(
        List.of(host()), "postgres", schema, USER, () -> PASSWORD, false, null, 4);
  }

  /** A connection of the server's owner, who may do anything. */
  public Connection connect(String schema) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://" + host() + "/postgres?currentSchema=" + schema, USER, PASSWORD);
  }

  /** The server's process; its sessions are children of it. */
  public long pid() {
    return process.pid();
  }

  /** Kills the server and all its sessions at once, as a power cut would. */
  public void kill() {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.addFirst(process.toHandle());
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(one -> one.onExit().join());
  }

  /** Ends all sessions and the server, with everything on disk: nothing is repaired afterwards. */
  public void stop() throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
    process.waitFor();
  }

  /** After {@link #kill}: it repairs itself from its log. */
  public void startAgain() throws IOException {
    startAgain(List.of());
  }

  /** The same, by a command that becomes the server. */
  public void startAgain(List<String> by) throws IOException {
    this.by = by;
    process = launch();
  }

  /** Where its files are, in {@code data}. */
  public Path folder() {
    return folder;
  }

  /** A session that was being made at the kill may hold the memory of before for a moment. */
  private Process launch() throws IOException {
    AtomicReference<Process> started = new AtomicReference<>(spawn());
    Await.until(
        Duration.ofSeconds(90),
        "PostgreSQL answers, see " + folder.resolve("server.log"),
        () -> {
          if (!started.get().isAlive()) {
            started.set(spawn());
          }
          return answers();
        });
    return started.get();
  }

  private Process spawn() {
    List<String> command = new ArrayList<>(before);
    command.addAll(by);
    command.addAll(as("postgres", "-D", folder.resolve("data").toString()));
    command.addAll(
        List.of(
            "-p",
            Integer.toString(port),
            "-c",
            "listen_addresses=" + address,
            "-c",
            "unix_socket_directories=" + folder));
    for (String option : options) {
      command.addAll(List.of("-c", option));
    }
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("server.log").toFile()))
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean answers() {
    if (!before.isEmpty()) {
      return ready();
    }
    try (Connection connection = connect("public")) {
      return connection.isValid(5);
    } catch (SQLException e) {
      return false;
    }
  }

  /** As {@link #answers}, asked in the network where it is. */
  private boolean ready() {
    List<String> command = new ArrayList<>(before);
    command.addAll(
        List.of(
            binaries.resolve("pg_isready").toString(), "-h", address, "-p", "" + port, "-t", "5"));
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private List<String> as(String program, String... arguments) {
    List<String> command = new ArrayList<>();
    if (root()) {
      command.addAll(
          List.of("setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups", "--"));
    }
    command.addAll(List.of("env", "-i", "LC_ALL=C.UTF-8", binaries.resolve(program).toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  private static void run(String... command) throws IOException {
    run(List.of(command));
  }

  private static void run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(command + ": " + output);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean root() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    kill();
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(PostgresServer::delete);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Started when the first test asks. */
  private static final class Shared {
    private static PostgresServer server;

    static synchronized PostgresServer get() {
      if (server == null) {
        PostgresServer started = start();
        Runtime.getRuntime().addShutdownHook(new Thread(started::close));
        server = started;
      }
      return server;
    }
  }
}
