package io.heraldmesh.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Faults in a mesh of seven nodes that carries 200 requests a second, one row each: what was to be
 * expected, what was seen. Ends with 1 when a row falls short.
 *
 * <p>Arguments: file of the table, then names of faults; none: all.
 */
final class FaultRun {
  private static final long SECOND = 1_000_000_000L;

  private final LabMesh mesh;
  private final LabLoad load;
  private final FaultTable table;
  private int changes;

  private FaultRun(LabMesh mesh, LabLoad load, FaultTable table) {
    this.mesh = mesh;
    this.load = load;
    this.table = table;
  }

  private interface Fault {
    void run() throws Exception;
  }

  private Map<String, Fault> faults() {
    Map<String, Fault> all = new LinkedHashMap<>();
    all.put("none", this::nothing);
    all.put("leader", () -> controlNode(leader(), "the one that distributes"));
    all.put("follower", () -> controlNode(follower(), "another one"));
    all.put("proxy", this::proxy);
    all.put("bad-config", this::badConfiguration);
    all.put("partition", this::partition);
    all.put("database", this::database);
    all.put("control-away", this::allControlNodes);
    all.put("no-state", this::withoutState);
    all.put("rolling", this::rolling);
    return all;
  }

  public static void main(String... arguments) throws Exception {
    Path folder = Files.createTempDirectory("herald-faults");
    FaultTable table = new FaultTable(Path.of(arguments[0]));
    List<String> wanted = List.of(arguments).subList(1, arguments.length);
    try (LabMesh mesh = new LabMesh(folder)) {
      mesh.start();
      try (LabLoad load = mesh.load()) {
        FaultRun run = new FaultRun(mesh, load, table);
        run.settle();
        for (Map.Entry<String, Fault> fault : run.faults().entrySet()) {
          if (wanted.isEmpty() || wanted.contains(fault.getKey())) {
            run.tried(fault.getKey(), fault.getValue());
          }
        }
      }
    }
    System.exit(table.held() ? 0 : 1);
  }

  /**
   * A row that cannot be played to its end has fallen short, and the next are played all the same.
   */
  private void tried(String name, Fault fault) throws IOException {
    try {
      fault.run();
    } catch (Exception | AssertionError e) {
      table.row(
          name, "the row can be played", String.valueOf(e.getMessage()).replace('\n', ' '), false);
    }
    restore();
  }

  /** Whatever a row has left behind, the next begins with everything up. */
  private void restore() throws IOException {
    for (LabNode node : mesh.nodes.values()) {
      if (!node.isRunning()) {
        node.start();
      }
    }
    for (LabNode node : mesh.nodes.values()) {
      node.awaitReady();
    }
    settle();
  }

  /** Until five seconds in a row were good. */
  private void settle() throws IOException {
    long deadline = System.nanoTime() + 120 * SECOND;
    while (System.nanoTime() < deadline) {
      long from = System.nanoTime();
      pass(5);
      List<Sample> samples = load.between(from, System.nanoTime() - SECOND);
      if (!samples.isEmpty() && LabLoad.failed(samples) == 0) {
        return;
      }
    }
    throw new IOException("the mesh does not settle: " + worst(load.since(deadline - 5 * SECOND)));
  }

  private void nothing() throws IOException {
    long from = System.nanoTime();
    pass(10);
    judge("none, 10 s", "0 failed", from, false, "");
  }

  private void controlNode(String name, String which) throws Exception {
    long from = System.nanoTime();
    mesh.node(name).kill();
    pass(3);
    String other = LabMesh.CONTROL.stream().filter(c -> !c.equals(name)).findFirst().orElseThrow();
    long millis = change(other);
    mesh.node(name).start();
    long ready = mesh.node(name).awaitReady();
    pass(3);
    judge(
        "kill -9 of control node " + which,
        "0 failed; a change by another in force everywhere within 15 s (the lease is 8 s); 0 wrong",
        from,
        millis > 15_000,
        "change %d ms, ready again after %d ms".formatted(millis, ready));
  }

  private void proxy() throws Exception {
    long from = System.nanoTime();
    mesh.node("s1").kill();
    mesh.node("s1").start();
    mesh.node("s1").awaitReady();
    long ready = (System.nanoTime() - from) / 1_000_000;
    pass(5);
    List<Sample> all = load.since(from);
    List<Sample> others = all.stream().filter(s -> !involves(s, "s1")).toList();
    List<Sample> after =
        load.since(from + ready * 1_000_000).stream().filter(s -> involves(s, "s1")).toList();
    row(
        "kill -9 of a proxy, started again at once",
        "own requests under way only: at most one for each connection; serving within 3 s; others 0 failed",
        all,
        "others failed %d, its own failed %d, serving after %d ms, then failed %d"
            .formatted(
                LabLoad.failed(others),
                LabLoad.failed(all) - LabLoad.failed(others),
                ready,
                LabLoad.failed(after)),
        LabLoad.failed(others) == 0
            && LabLoad.failed(after) == 0
            && ready <= 3_000
            && LabLoad.wrong(all) == 0);
  }

  private void badConfiguration() throws Exception {
    long from = System.nanoTime();
    Path file = Files.createTempFile("bad", ".yaml");
    Files.writeString(
        file,
        """
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: open, namespace: lab}
        spec:
          rules:
          - to: [{operation: {path: ["/"]}}]
        """);
    LabNode c1 = mesh.node("c1");
    String said =
        c1.herald(
            List.of(1),
            List.of(
                "apply", "-o", "json", "-f", file.toString(), "--config", c1.file().toString()));
    long millis = change("c1");
    pass(2);
    judge(
        "bad configuration is applied",
        "refused whole, naming file, line and field; 0 failed; the next good one in force",
        from,
        !said.contains("path"),
        "next change %d ms".formatted(millis));
  }

  private void partition() throws Exception {
    long from = System.nanoTime();
    List<String> one = List.of("c1", "s1");
    List<String> other = List.of("db", "c2", "c3", "s2", "s3", "s4");
    mesh.hosts.split(one, other);
    pass(15);
    mesh.apply("c2", "/partition", false);
    pass(2);
    long split = System.nanoTime();
    mesh.hosts.join();
    long healed = System.nanoTime();
    mesh.apply("c2", "/healed", true);
    long millis = (System.nanoTime() - healed) / 1_000_000;
    pass(10);
    List<Sample> during = load.between(from, split);
    List<Sample> within =
        during.stream().filter(s -> one.contains(s.caller()) == one.contains(host(s))).toList();
    List<Sample> after = load.since(healed + 5 * SECOND);
    row(
        "partition {c1, s1} from the rest for 17 s, then heal",
        "0 wrong; 0 failed within a side; converged within 5 s of the heal; the change of meanwhile in force",
        during,
        "within a side failed %d, 5 s after the heal failed %d, in force everywhere %d ms after it"
            .formatted(LabLoad.failed(within), LabLoad.failed(after), millis),
        LabLoad.wrong(load.since(from)) == 0
            && LabLoad.failed(within) == 0
            && LabLoad.failed(after) == 0
            && millis <= 5_000);
  }

  private void database() throws Exception {
    long from = System.nanoTime();
    mesh.database.kill();
    pass(10);
    LabNode c1 = mesh.node("c1");
    Path file = Files.createTempFile("while-away", ".yaml");
    Files.writeString(file, mesh.policy("/away"));
    c1.herald(
        List.of(3), List.of("apply", "-f", file.toString(), "--config", c1.file().toString()));
    mesh.database.startAgain();
    long millis = eventually("c1", 60);
    pass(3);
    judge(
        "kill -9 of the database for 10 s",
        "0 failed; an apply meanwhile is refused (exit 3), one after it in force within 15 s",
        from,
        millis > 15_000,
        "change in force %d ms after the database was back".formatted(millis));
  }

  private void allControlNodes() throws Exception {
    long from = System.nanoTime();
    for (String name : LabMesh.CONTROL) {
      mesh.node(name).kill();
    }
    pass(20);
    // one that restarts meanwhile has what it sealed
    mesh.node("s2").stop();
    mesh.node("s2").start();
    long ready = mesh.node("s2").awaitReady();
    pass(5);
    long back = System.nanoTime();
    for (String name : LabMesh.CONTROL) {
      mesh.node(name).start();
    }
    for (String name : LabMesh.CONTROL) {
      mesh.node(name).awaitReady();
    }
    long control = (System.nanoTime() - back) / 1_000_000;
    long millis = change("c1");
    pass(3);
    judge(
        "kill -9 of all control nodes for 25 s, a proxy restarted meanwhile",
        "0 failed; the restarted one serves what it had; a change in force after they are back",
        from,
        false,
        "proxy ready after %d ms, control nodes after %d ms, change %d ms"
            .formatted(ready, control, millis));
  }

  private void withoutState() throws Exception {
    Path sealed = mesh.node("s4").file().resolveSibling("state");
    Path away = mesh.node("s4").file().resolveSibling("away");
    mesh.node("s4").stop();
    Files.createDirectories(away);
    for (String name : LabMesh.CONTROL) {
      mesh.node(name).kill();
    }
    // its identity stays; what it was told goes
    try (Stream<Path> all = Files.list(sealed)) {
      for (Path file : all.filter(f -> !f.getFileName().toString().equals("node")).toList()) {
        Files.move(file, away.resolve(file.getFileName()));
      }
    }
    long from = System.nanoTime();
    mesh.node("s4").start();
    pass(10);
    boolean refused = !mesh.node("s4").isRunning() || !mesh.node("s4").ready();
    List<Sample> served =
        load.since(from).stream()
            .filter(s -> s.caller().equals("s4") || host(s).equals("s4"))
            .filter(s -> s.status() == 200)
            .toList();
    for (String name : LabMesh.CONTROL) {
      mesh.node(name).start();
    }
    for (String name : LabMesh.CONTROL) {
      mesh.node(name).awaitReady();
    }
    long back = System.nanoTime();
    if (!mesh.node("s4").isRunning()) {
      mesh.node("s4").start();
    }
    mesh.node("s4").awaitReady();
    long millis = (System.nanoTime() - back) / 1_000_000;
    settle();
    row(
        "a node without state starts while the control plane is away",
        "not ready, no request served by it; serving when the control plane is back",
        load.since(from),
        "ready meanwhile: %s, served %d, ready %d ms after the control plane"
            .formatted(!refused, served.size(), millis),
        refused && served.isEmpty() && LabLoad.wrong(load.since(from)) == 0);
  }

  /** Everything is restarted, again and again, until 50,000 requests were due. */
  private void rolling() throws Exception {
    long from = System.nanoTime();
    int restarts = 0;
    while (load.since(from).size() < 50_000) {
      for (String name :
          Stream.of(LabMesh.CONTROL, LabMesh.SERVICES).flatMap(List::stream).toList()) {
        mesh.node(name).stop();
        mesh.node(name).start();
        mesh.node(name).awaitReady();
        restarts++;
        pass(2);
      }
    }
    judge(
        "rolling restart of everything, single proxies too",
        "0 failed of 50,000",
        from,
        false,
        restarts + " restarts");
  }

  /** Changes the policy by that node, and returns how long it took to be in force everywhere. */
  private long change(String by) throws Exception {
    return mesh.apply(by, "/change-" + ++changes, true);
  }

  /** As {@link #change}, tried again until it is taken. */
  private long eventually(String by, int seconds) throws Exception {
    long from = System.nanoTime();
    while (true) {
      try {
        change(by);
        return (System.nanoTime() - from) / 1_000_000;
      } catch (IOException e) {
        if (System.nanoTime() - from > seconds * SECOND) {
          throw e;
        }
        pass(1);
      }
    }
  }

  private String leader() throws Exception {
    for (String name : LabMesh.CONTROL) {
      if (leads(name)) {
        return name;
      }
    }
    throw new IOException("nobody distributes");
  }

  private String follower() throws Exception {
    String leader = leader();
    return LabMesh.CONTROL.stream().filter(c -> !c.equals(leader)).findFirst().orElseThrow();
  }

  private boolean leads(String name) throws Exception {
    boolean[] leads = new boolean[1];
    InHost.start(
            mesh.hosts.file(name),
            "metrics " + name,
            () ->
                leads[0] =
                    io.heraldmesh.cli.demo.WireClient.once(
                            15020, "GET", "127.0.0.1:15020", "/metrics", List.of())
                        .body()
                        .contains("herald_leader 1.0"))
        .join();
    return leads[0];
  }

  private static String host(Sample sample) {
    return sample.target().substring(0, sample.target().indexOf('.'));
  }

  private static boolean involves(Sample sample, String node) {
    return sample.caller().equals(node) || host(sample).equals(node);
  }

  /** A row in which no request may fail. */
  private void judge(String fault, String expected, long from, boolean late, String seen)
      throws IOException {
    List<Sample> samples = load.since(from);
    row(fault, expected, samples, seen, !late && LabLoad.failed(samples) == 0);
  }

  private void row(String fault, String expected, List<Sample> samples, String seen, boolean held)
      throws IOException {
    String figures =
        "%d requests, %d failed, %d wrong, p50 %.1f ms, p99 %.0f ms"
            .formatted(
                samples.size(),
                LabLoad.failed(samples),
                LabLoad.wrong(samples),
                LabLoad.percentile(samples, 0.5),
                LabLoad.percentile(samples, 0.99));
    String examples = LabLoad.failed(samples) == 0 ? "" : "; " + worst(samples);
    table.row(fault, expected, figures + (seen.isEmpty() ? "" : "; " + seen) + examples, held);
  }

  private static String worst(List<Sample> samples) {
    return samples.stream()
        .filter(s -> !s.good())
        .collect(
            Collectors.groupingBy(
                s -> s.caller() + " to " + s.target() + " " + s.detail(), Collectors.counting()))
        .entrySet()
        .stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .limit(3)
        .map(e -> e.getValue() + "× " + e.getKey())
        .collect(Collectors.joining(", "));
  }

  /** The load goes on meanwhile; this is how long a row is looked at, not a wait for something. */
  private static void pass(int seconds) {
    long end = System.nanoTime() + seconds * SECOND;
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }
}
