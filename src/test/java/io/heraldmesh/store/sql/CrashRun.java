package io.heraldmesh.store.sql;

import io.heraldmesh.PostgresServer;
import io.heraldmesh.RunFolder;
import io.heraldmesh.store.JoinToken;
import io.heraldmesh.store.ResourceKey;
import io.heraldmesh.store.Revision;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.StoredResource;
import io.heraldmesh.store.TokenUse;
import java.io.BufferedReader;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Kills {@link CrashWriter} again and again at random moments, and the database server too, then
 * looks whether everything that was accepted is there and nothing was given twice. {@code
 * src/test/lab/crash.sh} runs it.
 */
final class CrashRun {
  private static final int EVERY_FIFTH = 5;
  private static final int LONGEST_MILLIS = 700;

  private final Random random;
  private final @Nullable PostgresServer server;
  private final Path file;
  private final String schema;
  private final Set<String> serials = new HashSet<>();
  private final Map<String, String> resources = new LinkedHashMap<>();
  private final Set<String> tokens = new HashSet<>();
  private final Map<String, String> used = new HashMap<>();
  private final Set<String> revisions = new HashSet<>();
  private final List<String> wrong = new ArrayList<>();
  private int kills;
  private int serverKills;
  private long slowestOpenMillis;

  private CrashRun(@Nullable PostgresServer server, Path folder, long seed) {
    this.random = new Random(seed);
    this.server = server;
    this.file = folder.resolve("herald.db");
    this.schema = "crash";
  }

  static CrashRun ofSqlite(Path folder, long seed) {
    return new CrashRun(null, folder, seed);
  }

  static CrashRun ofPostgres(PostgresServer server, Path folder, long seed) {
    return new CrashRun(server, folder, seed);
  }

  /** Arguments: how often, at least once; where the table goes. */
  public static void main(String[] args) throws Exception {
    int rounds = Integer.parseInt(args[0]);
    if (rounds < 1) {
      System.err.println("crash.sh: without a kill nothing is measured, not " + rounds);
      System.exit(2);
    }
    long seed = args.length > 2 ? Long.parseLong(args[2]) : System.nanoTime();
    StringBuilder table =
        new StringBuilder(
            "\n"
                + Instant.now().toString().substring(0, 10)
                + ", seed "
                + seed
                + "\n\n| database | kills of the writer | of the server | serials | resources |"
                + " tokens made | used | revisions | lost | given twice | slowest open |\n"
                + "|---|---|---|---|---|---|---|---|---|---|---|\n");
    List<String> wrong = new ArrayList<>();
    try (RunFolder folder = RunFolder.make("herald-crash")) {
      CrashRun sqlite = ofSqlite(Files.createDirectory(folder.path().resolve("sqlite")), seed);
      sqlite.run(rounds);
      table.append(sqlite.row("SQLite"));
      wrong.addAll(sqlite.wrong);
      try (PostgresServer server = PostgresServer.start()) {
        CrashRun postgres = ofPostgres(server, folder.path(), seed);
        postgres.run(rounds);
        table.append(postgres.row("PostgreSQL"));
        wrong.addAll(postgres.wrong);
      }
      folder.held(wrong.isEmpty());
    }
    System.out.print(table);
    wrong.forEach(System.out::println);
    Files.writeString(
        Path.of(args[1]),
        table,
        java.nio.file.StandardOpenOption.CREATE,
        java.nio.file.StandardOpenOption.APPEND);
    System.exit(wrong.isEmpty() ? 0 : 1);
  }

  List<String> wrong() {
    return wrong;
  }

  void run(int rounds) throws Exception {
    for (int round = 1; round <= rounds; round++) {
      List<String> said = killedRound(round);
      said.forEach(this::note);
      check(said);
    }
    checkAll();
    requireSome("serials", serials);
    requireSome("resources", resources.keySet());
    requireSome("tokens made", tokens);
    requireSome("tokens used", used.keySet());
    requireSome("revisions", revisions);
  }

  /** Where nothing was accepted nothing could be lost. */
  private void requireSome(String kind, Set<String> accepted) {
    if (accepted.isEmpty()) {
      wrong.add("nothing was accepted: " + kind);
    }
  }

  private List<String> killedRound(int round) throws Exception {
    Process child = start(round);
    List<String> said = new ArrayList<>();
    Thread reading;
    try (BufferedReader lines = child.inputReader()) {
      String first = lines.readLine();
      if (!"ready".equals(first)) {
        wrong.add("round " + round + ": the writer did not start, but said " + first);
      }
      reading = Thread.ofPlatform().start(() -> lines.lines().forEach(said::add));
      pause();
      if (server != null && round % EVERY_FIFTH == 0) {
        server.kill();
        serverKills++;
        pause();
        server.startAgain();
        pause();
      }
      child.toHandle().destroyForcibly();
      kills++;
      if (!child.waitFor(20, TimeUnit.SECONDS) || child.exitValue() != 137) {
        wrong.add("round " + round + ": the writer was not killed, but ended");
      }
      reading.join();
    }
    // Cut off in the middle of a line: that one was not said.
    return said;
  }

  private Process start(int round) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx200m",
                "-cp",
                classPath(),
                CrashWriter.class.getName()));
    if (server == null) {
      command.addAll(List.of("sqlite", file.toString()));
    } else {
      command.addAll(List.of("postgres", server.host(), schema));
    }
    command.add("r" + round);
    return new ProcessBuilder(command)
        .redirectError(file.resolveSibling("writer.log").toFile())
        .start();
  }

  private void pause() {
    LockSupport.parkNanos(Duration.ofMillis(random.nextInt(1, LONGEST_MILLIS)).toNanos());
  }

  private void note(String line) {
    String[] words = line.split(" ", -1);
    switch (words[0]) {
      case "serial" -> fresh(serials.add(words[1]), line);
      case "resource" -> fresh(resources.put(words[1] + " " + words[2], words[3]) == null, line);
      case "token" -> fresh(tokens.add(words[1]), line);
      case "used" -> fresh(used.put(words[1], words[2]) == null, line);
      case "revision" -> fresh(revisions.add(words[1]), line);
      default -> wrong.add(line);
    }
    if (words[0].equals("resource")) {
      fresh(revisions.add(words[3]), line);
    }
  }

  private void fresh(boolean fresh, String line) {
    if (!fresh) {
      wrong.add("given twice: " + line);
    }
  }

  /** What was accepted in this round is there; opening has checked every row and each chain. */
  private void check(List<String> said) {
    long before = System.nanoTime();
    try (Store store = open()) {
      slowestOpenMillis = Math.max(slowestOpenMillis, (System.nanoTime() - before) / 1_000_000);
      for (String line : said) {
        String[] words = line.split(" ", -1);
        if (words[0].equals("serial") && store.issuanceLog().find(words[1]).isEmpty()) {
          wrong.add("lost: " + line);
        }
      }
    }
  }

  private void checkAll() {
    try (Store store = open()) {
      for (String serial : serials) {
        lostUnless(store.issuanceLog().find(serial).isPresent(), "serial " + serial);
      }
      for (String name :
          resources.keySet().stream().map(r -> r.split(" ", -1)[0]).collect(Collectors.toSet())) {
        Map<String, String> history = new HashMap<>();
        for (StoredResource was :
            store.resources().history(new ResourceKey("v/Count", "ns", name), 1_000_000)) {
          Revision at = was.revision();
          if (history.put(was.content(), at.epoch() + "." + at.number()) != null) {
            wrong.add("a count was written twice: " + name + " " + was.content());
          }
        }
        resources.forEach(
            (resource, revision) -> {
              if (resource.startsWith(name + " ")) {
                lostUnless(
                    revision.equals(history.get(resource.split(" ", -1)[1])),
                    "resource " + resource + " " + revision);
              }
            });
      }
      Map<String, JoinToken> there =
          store.tokens().all().stream().collect(Collectors.toMap(JoinToken::hash, t -> t));
      tokens.forEach(hash -> lostUnless(there.containsKey(hash), "token " + hash));
      used.forEach(
          (hash, key) -> {
            JoinToken token = there.get(hash);
            lostUnless(
                token != null && token.use() != null && token.use().key().equals(key),
                "used " + hash);
          });
      used.keySet().stream()
          .limit(500)
          .forEach(
              hash -> {
                JoinToken token = there.get(hash);
                if (token != null
                    && store.tokens().use(hash, token.node(), "thief", Instant.now())
                        instanceof TokenUse.Accepted) {
                  wrong.add("given twice: token " + hash);
                }
              });
      Revision newest = store.revisions().current();
      for (String revision : revisions) {
        String[] parts = revision.split("\\.", -1);
        lostUnless(
            new Revision(Long.parseLong(parts[0]), Long.parseLong(parts[1])).compareTo(newest) <= 0,
            "revision " + revision);
      }
    }
  }

  private void lostUnless(boolean there, String what) {
    if (!there) {
      wrong.add("lost: " + what);
    }
  }

  private Store open() {
    return server == null
        ? SqliteStore.open(file)
        : PostgresStore.open(CrashWriter.settings(server.host(), schema));
  }

  private String row(String database) {
    return "| "
        + database
        + " | "
        + kills
        + " | "
        + serverKills
        + " | "
        + serials.size()
        + " | "
        + resources.size()
        + " | "
        + tokens.size()
        + " | "
        + used.size()
        + " | "
        + revisions.size()
        + " | "
        + wrong.stream().filter(w -> w.startsWith("lost")).count()
        + " | "
        + wrong.stream().filter(w -> !w.startsWith("lost")).count()
        + " | "
        + slowestOpenMillis
        + " ms |\n";
  }

  /** Where these classes came from; the property of that name may only hold the test runner. */
  private static String classPath() throws Exception {
    Set<String> places = new HashSet<>();
    for (Class<?> used :
        List.of(
            CrashWriter.class,
            SqliteStore.class,
            org.sqlite.JDBC.class,
            org.postgresql.Driver.class,
            com.zaxxer.hikari.HikariDataSource.class,
            org.junit.jupiter.api.Assumptions.class,
            org.opentest4j.AssertionFailedError.class,
            org.slf4j.Logger.class,
            ch.qos.logback.classic.Logger.class,
            ch.qos.logback.core.Appender.class)) {
      places.add(
          Path.of(used.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
    }
    return String.join(File.pathSeparator, places);
  }
}
