package io.heraldmesh.lab;

import static io.heraldmesh.lab.LabRun.SECOND;
import static io.heraldmesh.lab.LabRun.millisSince;
import static io.heraldmesh.lab.LabRun.pass;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Processes end, and start. */
final class ProcessRows {
  private static final List<String> ALL =
      Stream.of(LabMesh.CONTROL, LabMesh.SERVICES).flatMap(List::stream).toList();

  private final LabRun run;
  private final LabMesh mesh;
  private final LabLoad load;

  ProcessRows(LabRun run) {
    this.run = run;
    this.mesh = run.mesh;
    this.load = run.load;
  }

  void leader() throws Exception {
    controlNode(mesh.leader(), "the one that distributes");
  }

  void follower() throws Exception {
    controlNode(mesh.follower(), "another one");
  }

  private void controlNode(String name, String which) throws Exception {
    long from = System.nanoTime();
    mesh.node(name).kill();
    pass(3);
    String other = LabMesh.CONTROL.stream().filter(c -> !c.equals(name)).findFirst().orElseThrow();
    long millis = run.change(other);
    mesh.node(name).start();
    long ready = mesh.node(name).awaitReady();
    pass(3);
    run.judge(
        "kill -9 of a control node: " + which,
        "0 failed; a change by another in force everywhere within 15 s (the lease is 8 s); 0 wrong",
        from,
        millis > 15_000,
        "change %d ms, ready again after %d ms".formatted(millis, ready));
  }

  void proxy() throws Exception {
    long from = System.nanoTime();
    mesh.node("s1").kill();
    mesh.node("s1").start();
    mesh.node("s1").awaitReady();
    long ready = millisSince(from);
    pass(5);
    List<Sample> all = load.since(from);
    List<Sample> others = all.stream().filter(s -> !s.involves("s1")).toList();
    List<Sample> after =
        load.since(from + ready * 1_000_000).stream().filter(s -> s.involves("s1")).toList();
    run.row(
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

  void database() throws Exception {
    long from = System.nanoTime();
    mesh.database.kill();
    pass(10);
    mesh.policy.refusesToApply("c1");
    mesh.database.startAgain();
    long millis = run.eventually("c1", 60);
    pass(3);
    run.judge(
        "kill -9 of the database for 10 s",
        "0 failed; an apply meanwhile is refused (exit 3), one after it in force within 15 s",
        from,
        millis > 15_000,
        "change in force %d ms after the database was back".formatted(millis));
  }

  void allControlNodes() throws Exception {
    long from = System.nanoTime();
    mesh.killControl();
    pass(20);
    // one that restarts meanwhile has what it sealed
    mesh.node("s2").stop();
    mesh.node("s2").start();
    long ready = mesh.node("s2").awaitReady();
    pass(5);
    long control = mesh.startControl();
    long millis = run.change("c1");
    pass(3);
    run.judge(
        "kill -9 of all control nodes for 25 s, a proxy restarted meanwhile",
        "0 failed; the restarted one serves what it had; a change in force after they are back",
        from,
        false,
        "proxy ready after %d ms, control nodes after %d ms, change %d ms"
            .formatted(ready, control, millis));
  }

  void withoutState() throws Exception {
    LabNode s4 = mesh.node("s4");
    long from = System.nanoTime();
    s4.stop();
    mesh.killControl();
    // its identity stays; what it was told goes
    try (Stream<Path> all = Files.list(s4.state())) {
      for (Path file : all.filter(f -> !f.getFileName().toString().equals("node")).toList()) {
        Hosts.must("rm", "-rf", file.toString());
      }
    }
    long started = System.nanoTime();
    s4.start();
    pass(10);
    boolean ready = s4.isRunning() && s4.ready();
    List<Sample> served =
        load.since(started).stream().filter(s -> s.involves("s4") && s.status() == 200).toList();
    mesh.startControl();
    long back = System.nanoTime();
    if (!s4.isRunning()) {
      s4.start();
    }
    s4.awaitReady();
    long up = System.nanoTime();
    run.settle();
    List<Sample> all = load.since(from);
    List<Sample> others = all.stream().filter(s -> !s.involves("s4")).toList();
    List<Sample> after = load.since(up);
    run.row(
        "a node without state starts while the control plane is away",
        "not ready, no request served by it; serving when the control plane is back; others, and all"
            + " once it is ready, 0 failed",
        all,
        "ready meanwhile: %s, served %d, ready %d ms after the control plane; others failed %d, its own %d while it was down, then %d"
            .formatted(
                ready,
                served.size(),
                (up - back) / 1_000_000,
                LabLoad.failed(others),
                LabLoad.failed(all) - LabLoad.failed(others),
                LabLoad.failed(after)),
        !ready
            && served.isEmpty()
            && LabLoad.failed(others) == 0
            && LabLoad.failed(after) == 0
            && LabLoad.wrong(all) == 0);
  }

  /** Everything at once, and every node has to have new certificates. */
  void herd() throws Exception {
    for (String name : ALL) {
      mesh.node(name).kill();
    }
    for (String name : LabMesh.SERVICES) {
      Files.deleteIfExists(mesh.node(name).state().resolve("sealed").resolve("leaves"));
    }
    long from = System.nanoTime();
    for (String name : ALL) {
      mesh.node(name).start();
    }
    for (String name : LabMesh.CONTROL) {
      mesh.node(name).supervised();
    }
    for (String name : LabMesh.SERVICES) {
      mesh.node(name).awaitReady();
    }
    long ready = millisSince(from);
    run.settle();
    long settled = System.nanoTime();
    pass(5);
    List<Sample> after = load.between(settled, System.nanoTime() - SECOND);
    run.row(
        "thundering herd: all seven nodes killed and started at once, leaves to be issued anew",
        "all ready within 120 s, then 0 failed; 0 wrong",
        load.since(from),
        "ready after %d ms, then failed %d".formatted(ready, LabLoad.failed(after)),
        ready <= 120_000
            && !after.isEmpty()
            && LabLoad.failed(after) == 0
            && LabLoad.wrong(load.since(from)) == 0);
  }

  /** Everything is restarted, again and again, until 50,000 requests were due. */
  void rolling() throws Exception {
    rolling("rolling restart of everything, single proxies too", 50_000);
  }

  /** Everything is restarted once. */
  void rollingOnce() throws Exception {
    rolling("rolling restart of everything once, single proxies too", 1);
  }

  private void rolling(String fault, int requests) throws IOException {
    long from = System.nanoTime();
    int restarts = 0;
    do {
      for (String name : ALL) {
        mesh.node(name).restart(List.of());
        restarts++;
        pass(2);
      }
    } while (load.since(from).size() < requests);
    run.judge(
        fault,
        "0 failed of " + Math.max(requests, load.since(from).size()),
        from,
        false,
        restarts + " restarts");
  }
}
