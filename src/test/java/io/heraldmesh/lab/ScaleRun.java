package io.heraldmesh.lab;

import io.heraldmesh.Await;
import io.heraldmesh.Descendants;
import io.heraldmesh.RunFolder;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.bus.SchemaLevel;
import io.heraldmesh.ca.Authority;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.tls.NativeTransport;
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
import java.util.stream.Stream;

/**
 * One control process and many simulated nodes: how long it takes until all are attached, until a
 * change is in force on all, and until all are back after the control process was killed; and how
 * much processor time the control process spends on it.
 *
 * <p>Arguments: file of the table, then numbers of nodes.
 */
final class ScaleRun {
  /** After which the JVM's compiler is through with what nodes that attach made hot. */
  private static final int FIRST = 9;

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** On top of it, for each node that attaches. */
  private static final Duration PATIENCE_EACH = Duration.ofMillis(60);

  private static final Duration IDLE = Duration.ofSeconds(20);

  /** How far changes stand apart at least. */
  private static final Duration APART = Duration.ofMillis(250);

  /** Services that share the nodes' workloads among them; each node may call all of them. */
  private static final int SERVICES = Integer.getInteger("herald.scale.services", 0);

  private final int count;
  private final AtomicLongArray takenAt;
  private final AtomicLongArray attachedAt;
  private final List<SimulatedNode> nodes = new ArrayList<>();
  private final Vertx vertx = NativeTransport.builder(new VertxOptions()).build();
  private final ScaleControl control;
  private int changed;

  private ScaleRun(Path folder, int count) throws Exception {
    this.count = count;
    this.takenAt = new AtomicLongArray(count);
    this.attachedAt = new AtomicLongArray(count);
    this.control = new ScaleControl(folder, count, SERVICES);
  }

  public static void main(String... arguments) throws Exception {
    Descendants.endWithThis();
    Path table = Path.of(arguments[0]);
    if (!Files.exists(table) || Files.size(table) == 0) {
      say(
          table,
          "| nodes | services | attached, s | control CPU, s | simulator CPU, s"
              + " | first %d changes in force on all: median, ms | control CPU for each: median, ms"
                  .formatted(FIRST)
              + " | then: changes | median, ms | slowest, ms | control CPU: median, ms"
              + " | endpoint gone or back: median, ms | control CPU: median, ms"
              + " | idle, % of a core | RSS, MiB | KiB for each node"
              + " | all back after kill -9, s | control CPU, s | simulator RSS, MiB |");
      say(table, "|---".repeat(19) + "|");
    }
    for (String number : List.of(arguments).subList(1, arguments.length)) {
      try (RunFolder folder = RunFolder.make("herald-scale")) {
        say(table, new ScaleRun(folder.path(), Integer.parseInt(number)).run());
        folder.held(true);
      }
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
      Costs first = changes(FIRST);
      Costs settled = changes(count > 1000 ? 21 : 100);
      Costs endpoints = SERVICES == 0 ? new Costs(List.of()) : endpoints(10);
      long idle = idle();
      long resident = control.residentKib();
      Cost storm = storm();
      return "| %d | %d | %.1f | %.1f | %.1f | %.0f | %.0f | %d | %.0f | %.0f | %.0f | %.0f | %.0f | %.1f | %d | %d | %.1f | %.1f | %d |"
          .formatted(
              count,
              SERVICES,
              attach.seconds(),
              attach.controlSeconds(),
              attach.ownSeconds(),
              first.medianMillis(),
              first.medianControlMillis(),
              settled.all().size(),
              settled.medianMillis(),
              settled.slowestMillis(),
              settled.medianControlMillis(),
              endpoints.medianMillis(),
              endpoints.medianControlMillis(),
              idle * 100.0 / IDLE.toMillis(),
              resident >> 10,
              (resident - before) / count,
              storm.seconds(),
              storm.controlSeconds(),
              ScaleControl.residentKib(ProcessHandle.current().pid()) >> 10);
    } finally {
      control.close();
      nodes.forEach(SimulatedNode::close);
      Await.result(vertx.close());
    }
  }

  private record Costs(List<Cost> all) {
    double medianMillis() {
      return median(all.stream().map(Cost::seconds)) * 1000;
    }

    double medianControlMillis() {
      return median(all.stream().map(Cost::controlSeconds)) * 1000;
    }

    double slowestMillis() {
      return all.stream().mapToDouble(Cost::seconds).max().orElse(0) * 1000;
    }

    private static double median(Stream<Double> values) {
      List<Double> sorted = values.sorted().toList();
      return sorted.isEmpty() ? 0 : sorted.get(sorted.size() / 2);
    }
  }

  private Costs changes(int number) throws Exception {
    List<Cost> costs = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      long from = System.nanoTime();
      costs.add(change(++changed));
      // more than five a second would be held back, as a flood
      Thread.sleep(Math.max(0, APART.minusNanos(System.nanoTime() - from).toMillis()));
    }
    return new Costs(costs);
  }

  /** One workload goes, and comes back. */
  private Costs endpoints(int number) throws Exception {
    List<Cost> costs = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      long cpu = control.cpuMillis();
      long own = ownMillis();
      long from = System.nanoTime();
      nodes.getFirst().announce(i % 2 == 1);
      costs.add(cost(from, all("an endpoint", takenAt, from), cpu, own));
    }
    return new Costs(costs);
  }

  /** What goes on all the time. */
  private long idle() throws Exception {
    long cpu = control.cpuMillis();
    Thread.sleep(IDLE);
    return control.cpuMillis() - cpu;
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
    long later = System.nanoTime();
    control.change(++changed);
    all("a change after all are back", takenAt, later);
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
              "w" + i % Math.max(1, SERVICES),
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
        PATIENCE.plus(PATIENCE_EACH.multipliedBy(count)),
        what,
        () ->
            IntStream.range(0, count).allMatch(i -> times.get(i) != 0 && times.get(i) - from > 0));
    return IntStream.range(0, count).mapToLong(times::get).max().orElseThrow();
  }
}
