package io.heraldmesh.lab;

import io.heraldmesh.Await;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.bus.SchemaLevel;
import io.heraldmesh.ca.Authority;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;

/**
 * One control process and many simulated nodes: how long it takes until all are attached, until a
 * change is in force on all, and until all are back after the control process was killed; and how
 * much processor time the control process spends on it.
 *
 * <p>Arguments: file of the table, then numbers of nodes.
 */
final class ScaleRun {
  private static final int CHANGES = 9;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final int count;
  private final AtomicLongArray takenAt;
  private final AtomicLongArray attachedAt;
  private final List<SimulatedNode> nodes = new ArrayList<>();
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private final ScaleControl control;

  private ScaleRun(Path folder, int count) throws Exception {
    this.count = count;
    this.takenAt = new AtomicLongArray(count);
    this.attachedAt = new AtomicLongArray(count);
    this.control = new ScaleControl(folder, count);
  }

  public static void main(String... arguments) throws Exception {
    Path table = Path.of(arguments[0]);
    if (!Files.exists(table) || Files.size(table) == 0) {
      say(
          table,
          "| nodes | attached, s | control CPU, s | simulator CPU, s | change in force on all: median, ms | slowest of %d, ms | control CPU for each: median, ms | RSS, MiB | KiB for each node | all back after kill -9, s | control CPU, s |"
              .formatted(CHANGES));
      say(table, "|---|---|---|---|---|---|---|---|---|---|---|");
    }
    for (String number : List.of(arguments).subList(1, arguments.length)) {
      Path folder = Files.createTempDirectory("herald-scale");
      say(table, new ScaleRun(folder, Integer.parseInt(number)).run());
    }
    System.exit(0);
  }

  private static void say(Path table, String line) throws IOException {
    System.out.println(line);
    Files.writeString(table, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** What took so long and cost so much. */
  private record Cost(double seconds, double controlSeconds, double ownSeconds) {}

  private String run() throws Exception {
    try {
      SocketAddress address = control.start();
      long before = control.residentKib();
      make(control.authority(), address);
      Cost attach = attach();
      List<Cost> changes = new ArrayList<>();
      for (int change = 1; change <= CHANGES; change++) {
        changes.add(change(change));
      }
      long resident = control.residentKib();
      Cost storm = storm();
      changes.sort(java.util.Comparator.comparingDouble(Cost::seconds));
      List<Double> cpus = changes.stream().map(Cost::controlSeconds).sorted().toList();
      return "| %d | %.1f | %.1f | %.1f | %.0f | %.0f | %.0f | %d | %d | %.1f | %.1f |"
          .formatted(
              count,
              attach.seconds(),
              attach.controlSeconds(),
              attach.ownSeconds(),
              changes.get(CHANGES / 2).seconds() * 1000,
              changes.getLast().seconds() * 1000,
              cpus.get(CHANGES / 2) * 1000,
              resident >> 10,
              (resident - before) / count,
              storm.seconds(),
              storm.controlSeconds());
    } finally {
      control.close();
      nodes.forEach(SimulatedNode::close);
      Await.result(vertx.close());
    }
  }

  private Cost attach() throws Exception {
    long from = System.nanoTime();
    long cpu = control.cpuMillis();
    long own = ownMillis();
    nodes.forEach(SimulatedNode::start);
    long last = all("attached, with a first snapshot", takenAt, from);
    return cost(from, last, cpu, own);
  }

  private Cost change(int number) throws Exception {
    // What goes on all the time, such as the questions of all nodes every 10 s, is in it.
    long cpu = control.cpuMillis();
    long own = ownMillis();
    long from = System.nanoTime();
    control.change(number);
    return cost(from, all("change " + number, takenAt, from), cpu, own);
  }

  /** With a new process, so with cold code; from the moment that it is ready again. */
  private Cost storm() throws Exception {
    control.kill();
    Await.until(
        PATIENCE, "all links are lost", () -> nodes.stream().noneMatch(SimulatedNode::attached));
    long own = ownMillis();
    long from = System.nanoTime();
    control.start();
    Cost back = cost(from, all("all are back", attachedAt, from), 0, own);
    // They are not only attached: what changes from now on reaches them.
    long changed = System.nanoTime();
    control.change(CHANGES + 1);
    all("a change after all are back", takenAt, changed);
    return back;
  }

  private Cost cost(long from, long to, long cpu, long own) throws IOException {
    return new Cost(
        (to - from) / 1e9, (control.cpuMillis() - cpu) / 1e3, (ownMillis() - own) / 1e3);
  }

  private static long ownMillis() throws IOException {
    return ScaleControl.cpuMillis(ProcessHandle.current().pid());
  }

  private void make(Authority authority, SocketAddress address) throws Exception {
    KeyPairGenerator generator = Crypto.preferred().keyPairGenerator("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    for (int i = 0; i < count; i++) {
      KeyPair keys = generator.generateKeyPair();
      SpiffeId id = SpiffeId.herald(ScaleControl.DOMAIN, HeraldRole.NODE, "n" + i);
      HeraldSvid svid =
          new HeraldSvid(
              id,
              keys.getPrivate(),
              authority.sign(keys.getPublic(), id, Duration.ofHours(6), Instant.now()).chain());
      nodes.add(
          new SimulatedNode(
              vertx,
              i,
              svid,
              authority.bundle(),
              address,
              SchemaLevel.NEWEST,
              number -> attachedAt.set(number, System.nanoTime()),
              number -> takenAt.set(number, System.nanoTime())));
    }
  }

  /** Waits until each node's time is after {@code from}; returns the last one's. */
  private long all(String what, AtomicLongArray times, long from) {
    Await.until(
        PATIENCE,
        what,
        () ->
            IntStream.range(0, count).allMatch(i -> times.get(i) != 0 && times.get(i) - from > 0));
    return IntStream.range(0, count).mapToLong(times::get).max().orElseThrow();
  }
}
