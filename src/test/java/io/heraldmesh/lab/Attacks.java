package io.heraldmesh.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** From where attacks are made, and what tells whether they had an effect. */
final class Attacks {
  /** A control node closes an idle connection after 30 s; nearer to that would be a race. */
  static final int PATIENCE_MILLIS = 40_000;

  /** More than it had, in KiB. */
  static final long MOST_GROWTH = 64 << 10;

  final LabMesh mesh;
  private final LabLoad load;
  private final FaultTable table;

  Attacks(LabMesh mesh, LabLoad load, FaultTable table) {
    this.mesh = mesh;
    this.load = load;
    this.table = table;
  }

  interface Attack<T> {
    T run() throws Exception;
  }

  /** Runs it in that host, in a thread of its own. */
  <T> T in(String host, Attack<T> attack) throws InterruptedException, IOException {
    AtomicReference<T> result = new AtomicReference<>();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    InHost.start(
            mesh.hosts.file(host),
            "rogue",
            () -> {
              try {
                result.set(attack.run());
              } catch (Exception | AssertionError e) {
                failure.set(e);
              }
            })
        .join();
    if (failure.get() != null) {
      throw new IOException("broke off: " + failure.get(), failure.get());
    }
    return result.get();
  }

  /** Runs it in the stranger's host. */
  <T> T from(Attack<T> attack) throws InterruptedException, IOException {
    return in(LabMesh.STRANGER, attack);
  }

  Stranger at(String node, int port) {
    return new Stranger(mesh.hosts.address(node), port, PATIENCE_MILLIS);
  }

  /** How many certificates the mesh has issued. */
  long issued() throws InterruptedException, IOException {
    return in(
        LabMesh.DATABASE,
        () -> {
          try (Connection connection = mesh.database.connect("herald");
              Statement statement = connection.createStatement();
              ResultSet count = statement.executeQuery("SELECT count(*) FROM issuance")) {
            count.next();
            return count.getLong(1);
          }
        });
  }

  /** Resident memory of that node's process, in KiB. */
  long resident(String node) throws IOException {
    return Files.readAllLines(Path.of("/proc", "" + mesh.node(node).pid(), "status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElseThrow();
  }

  /** What a memory row says; {@code grown} in KiB. */
  static String growth(long grown) {
    return "RSS " + (grown >= 0 ? "+" : "") + grown / 1024 + " MiB";
  }

  /** An attack; no request may have failed since {@code from}. */
  void row(String attack, String expected, long from, String seen, boolean held)
      throws IOException {
    List<Sample> samples = load.since(from);
    long failed = LabLoad.failed(samples);
    table.row(
        attack,
        expected + "; 0 requests failed",
        "%s; %d requests, %d failed".formatted(seen, samples.size(), failed),
        held && LabLoad.good(samples));
  }

  /** Something that an observer has to see: without it the rows after it prove nothing. */
  void control(String what, String expected, String seen, boolean held) throws IOException {
    table.row("control: " + what, expected, seen, held);
  }

  /** The load tells when requests fail. */
  void observed() throws Exception {
    long from = System.nanoTime();
    mesh.hosts.cut("s4");
    LabRun.pass(10);
    mesh.hosts.heal("s4");
    List<Sample> samples = load.since(from);
    long failed = LabLoad.failed(samples);
    control(
        "s4's cable is out for 10 s",
        "requests fail",
        "%d requests, %d failed".formatted(samples.size(), failed),
        failed > 0);
  }

  void after() throws Exception {
    long from = System.nanoTime();
    long millis = mesh.policy.apply("c1", "/after", true);
    row(
        "a change after all of it",
        "in force on every node",
        from,
        millis + " ms, with the start of the command",
        true);
  }
}
