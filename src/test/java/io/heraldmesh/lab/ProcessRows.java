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

  private static final int FROZEN_SECONDS = 15;
  private static final String NOT_FORCED = "NOT";

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
    String other = LabMesh.CONTROL.stream().filter(c -> !c.equals(name)).findFirst().orElseThrow();
    long millis = run.change(other);
    mesh.node(name).start();
    long ready = mesh.node(name).awaitReady();
    pass(3);
    run.judge(
        "kill -9 of a control node: " + which,
        "0 failed; a change that another one takes at once in force everywhere within 5 s (target 2 s); 0 wrong",
        from,
        millis > 5_000,
        "change %d ms, ready again after %d ms".formatted(millis, ready));
  }

  /** As a machine that hangs: its connections stay open, and it goes on as if nothing had been. */
  void frozenLeader() throws Exception {
    String name = mesh.leader();
    String other = LabMesh.CONTROL.stream().filter(c -> !c.equals(name)).findFirst().orElseThrow();
    long from = System.nanoTime();
    String forced;
    mesh.node(name).freeze();
    try (LabChange change = LabChange.by(mesh.node(other))) {
      String revision = change.apply("frozen.yaml", LabPolicy.text("/frozen"));
      forced = forced(change, revision, from + FROZEN_SECONDS * SECOND);
    } finally {
      mesh.node(name).thaw();
    }
    pass(5);
    List<String> leaders = mesh.leaders();
    long millis = run.eventually(name, 60);
    pass(3);
    run.judge(
        "the control node that distributes stands still for " + FROZEN_SECONDS + " s (SIGSTOP)",
        "0 failed; a change by another in force everywhere meanwhile (the lease is 8 s); then one"
            + " distributes, another, and a change by the one that stood still is in force within 15 s",
        from,
        forced.startsWith(NOT_FORCED)
            || leaders.size() != 1
            || leaders.contains(name)
            || millis > 15_000,
        "change %s; it was %s, then %s distributes; change by it %d ms"
            .formatted(forced, name, leaders, millis));
  }

  /** Returns at that time, with how long it took until then. */
  private static String forced(LabChange change, String revision, long end) {
    String forced;
    try {
      forced = change.inForce(revision, secondsUntil(end)) + " ms";
    } catch (IOException e) {
      forced = NOT_FORCED + ": " + e.getMessage();
    }
    pass(secondsUntil(end));
    return forced;
  }

  private static int secondsUntil(long end) {
    return (int) Math.max(0, (end - System.nanoTime()) / SECOND);
  }

  void proxy() throws Exception {
    long from = System.nanoTime();
    mesh.node("s1").kill();
    long dead = System.nanoTime();
    mesh.node("s1").start();
    mesh.node("s1").awaitReady();
    long ready = millisSince(from);
    pass(5);
    List<Sample> all = load.since(from - SECOND);
    List<Sample> others = all.stream().filter(s -> !s.involves("s1")).toList();
    List<Sample> own = all.stream().filter(s -> s.involves("s1")).toList();
    // what was under way was due before
    List<Sample> later = own.stream().filter(s -> s.at() - dead >= 0).toList();
    run.row(
        "kill -9 of a proxy, started again at once",
        "own requests under way only: at most one for each connection; serving within 3 s; others 0 failed",
        all,
        "others failed %d, its own failed %d on %d connections, serving after %d ms, of those due later failed %d"
            .formatted(
                LabLoad.failed(others),
                LabLoad.failed(own),
                load.connections("s1"),
                ready,
                LabLoad.failed(later)),
        LabLoad.good(others)
            && LabLoad.good(later)
            && LabLoad.failed(own) <= load.connections("s1")
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
    int seconds = Integer.getInteger("herald.lab.away", 25);
    long from = System.nanoTime();
    mesh.killControl();
    pass(Math.max(0, seconds - 5));
    // one that restarts meanwhile has what it sealed
    mesh.node("s2").stop();
    mesh.node("s2").start();
    long ready = mesh.node("s2").awaitReady();
    pass(5);
    long control = mesh.startControl();
    long millis = run.change("c1");
    pass(3);
    run.judge(
        "kill -9 of all control nodes for " + seconds + " s, a proxy restarted meanwhile",
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
    s4.mayEnd();
    pass(10);
    boolean ready = s4.isRunning() && s4.ready();
    long away = System.nanoTime();
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
    List<Sample> own = all.stream().filter(s -> s.involves("s4")).toList();
    List<Sample> after = own.stream().filter(s -> s.at() - up >= 0).toList();
    long served = own.stream().filter(s -> s.servedIn(started, away)).count();
    run.row(
        "a node without state starts while the control plane is away",
        "not ready, no request served by it; serving when the control plane is back; others, and all"
            + " once it is ready, 0 failed",
        all,
        "ready meanwhile: %s, served %d, ready %d ms after the control plane; others failed %d, its own %d while it was down, then %d"
            .formatted(
                ready,
                served,
                (up - back) / 1_000_000,
                LabLoad.failed(others),
                LabLoad.failed(own) - LabLoad.failed(after),
                LabLoad.failed(after)),
        !ready
            && served == 0
            && LabLoad.good(others)
            && LabLoad.good(after)
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
    List<Sample> after = load.since(settled);
    run.row(
        "thundering herd: all seven nodes killed and started at once, leaves to be issued anew",
        "all ready within 120 s, then 0 failed; 0 wrong",
        load.since(from),
        "ready after %d ms, then failed %d".formatted(ready, LabLoad.failed(after)),
        ready <= 120_000 && LabLoad.good(after) && LabLoad.wrong(load.since(from)) == 0);
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
    } while (load.due(from) < requests);
    run.judge(fault, "0 failed of at least " + requests, from, false, restarts + " restarts");
  }
}
