package io.heraldmesh.lab;

import static io.heraldmesh.lab.LabRun.SECOND;
import static io.heraldmesh.lab.LabRun.pass;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Clocks jump, and certificates end. */
final class ClockRows {
  private static final int FAILS_WITHIN_SECONDS = 10;

  /** A node under load logs all the time, and its clock is read once a second. */
  private static final int SAID_WITHIN_SECONDS = 5;

  private final LabRun run;
  private final LabMesh mesh;
  private final LabLoad load;

  ClockRows(LabRun run) {
    this.run = run;
    this.mesh = run.mesh;
    this.load = run.load;
  }

  void serviceNode() throws Exception {
    jump(List.of("s1"), () -> "s1");
  }

  /** Another one may distribute after each of them, so that all have a clock that can be set. */
  void leader() throws Exception {
    jump(LabMesh.CONTROL, mesh::leader);
  }

  private interface Chosen {
    String node() throws Exception;
  }

  private void jump(List<String> names, Chosen whose) throws Exception {
    Map<String, WallClock> clocks = new HashMap<>();
    try {
      for (String name : names) {
        LabNode node = mesh.node(name);
        WallClock clock = new WallClock(node.file().getParent());
        clocks.put(name, clock);
        node.restart(clock.command());
      }
      run.settle();
      for (int seconds : new int[] {50, -50}) {
        String name = whose.node();
        slight(name, clocks.get(name), Duration.ofSeconds(seconds));
      }
      far(whose.node(), clocks, "+1 h", Duration.ofHours(1));
      far(whose.node(), clocks, "-1 h", Duration.ofHours(-1));
      far(whose.node(), clocks, "+2 d", Duration.ofDays(2));
    } finally {
      for (String name : names) {
        mesh.node(name).restart(List.of());
      }
    }
    run.settle();
  }

  private String who(String name) {
    return LabMesh.CONTROL.contains(name) ? "the control node that distributes" : "a service node";
  }

  /** Within what two clocks may differ. */
  private void slight(String name, WallClock clock, Duration off) throws Exception {
    long from = System.nanoTime();
    clock.set(off);
    pass(5);
    long seconds = offBy(name);
    long millis = run.change("c2");
    pass(3);
    run.judge(
        "clock of %s %+d s".formatted(who(name), off.toSeconds()),
        "not seen: 0 failed, a change in force within 15 s",
        from,
        millis > 15_000 || !isSet(seconds, off),
        "its log is %+d s off; change %d ms".formatted(seconds, millis));
    clock.set(Duration.ZERO);
    run.settle();
  }

  /** By what it logged last, compared with the clock of this process. */
  private long offBy(String name) {
    if (LabMesh.CONTROL.contains(name)) {
      makeItLog(name);
    }
    return Duration.between(Instant.now(), mesh.node(name).lastLogged()).toSeconds();
  }

  /** One without load has little to say. */
  private void makeItLog(String name) {
    try (LabChange change = LabChange.by(mesh.node(name))) {
      change.apply("clock.yaml", LabPolicy.text("/clock"));
    } catch (IOException e) {
      // logged there too
    }
  }

  private static boolean isSet(long seconds, Duration off) {
    return Math.abs(seconds - off.toSeconds()) <= SAID_WITHIN_SECONDS;
  }

  /** So far that certificates and messages of now are not of now there. */
  private void far(String name, Map<String, WallClock> clocks, String by, Duration off)
      throws Exception {
    WallClock clock = clocks.get(name);
    long from = System.nanoTime();
    clock.set(off);
    pass(12);
    boolean alive = mesh.node(name).isRunning();
    long seconds = offBy(name);
    long back = System.nanoTime();
    clock.set(Duration.ZERO);
    pass(FAILS_WITHIN_SECONDS);
    long good = System.nanoTime();
    long millis = run.eventually("c2", 60);
    pass(3);
    List<Sample> all = load.since(from);
    List<Sample> others = all.stream().filter(s -> !s.involves(name)).toList();
    List<Sample> after = load.since(good);
    run.row(
        "clock of %s %s for 12 s".formatted(who(name), by),
        "it does not end; others 0 failed; 0 wrong; all well 10 s after the clock is right",
        all,
        "alive %s, its log is %+d s off, others failed %d, its own failed %d until right and %d until 10 s later, then %d;"
                .formatted(
                    alive,
                    seconds,
                    LabLoad.failed(others),
                    LabLoad.failed(load.between(from, back)),
                    LabLoad.failed(load.between(back, good)),
                    LabLoad.failed(after))
            + " change in force after "
            + millis
            + " ms",
        alive
            && isSet(seconds, off)
            && LabLoad.good(others)
            && LabLoad.good(after)
            && LabLoad.wrong(all) == 0);
    run.settle();
  }

  /** The authority is away for longer than leaves of one minute live. */
  void authorityAway() throws Exception {
    for (String name : LabMesh.SERVICES) {
      LabNode node = mesh.node(name);
      String yaml = Files.readString(node.file());
      Files.writeString(node.file(), yaml + "  certificates: {ttl: 1m}\n");
      node.stop();
      Files.deleteIfExists(node.state().resolve("sealed").resolve("leaves"));
      node.start();
      node.awaitReady();
    }
    run.settle();
    long from = System.nanoTime();
    mesh.killControl();
    Instant killed = Instant.now();
    Instant first = killed.plusSeconds(120);
    Instant last = killed;
    for (String name : LabMesh.SERVICES) {
      Instant end = leafEnd(mesh.node(name));
      first = end.isBefore(first) ? end : first;
      last = end.isAfter(last) ? end : last;
    }
    long firstEnd = from + Duration.between(killed, first).toNanos();
    long lastEnd = from + Duration.between(killed, last).toNanos();
    pass((int) Duration.between(Instant.now(), last).toSeconds() + 15);
    List<Sample> valid = load.between(from, firstEnd - 2 * SECOND);
    List<Sample> over = load.since(lastEnd + 2 * SECOND);
    long served = over.stream().filter(s -> s.status() == 200).count();
    mesh.startControl();
    for (String name : LabMesh.SERVICES) {
      LabNode node = mesh.node(name);
      // Its own identity has ended with the others: it joins again.
      node.stop();
      mesh.authority.enrol(name, node.file().getParent());
      node.start();
      node.awaitReady();
    }
    long back = System.nanoTime();
    pass(5);
    long good = System.nanoTime();
    pass(5);
    List<Sample> after = load.since(good);
    for (String name : LabMesh.SERVICES) {
      LabNode node = mesh.node(name);
      Files.writeString(
          node.file(), Files.readString(node.file()).replace("  certificates: {ttl: 1m}\n", ""));
      // rows to come are not about leaves that end within a minute
      node.stop();
      Files.deleteIfExists(node.state().resolve("sealed").resolve("leaves"));
      node.start();
      node.awaitReady();
    }
    run.row(
        "CA away past the end of leaves of 1 minute",
        "0 failed until they end; then nothing is served; 0 failed from 5 s after the CA is back and the nodes have joined again",
        load.between(from, back),
        "%d s until the first ended: %d requests, %d failed; after the last: %d requests, %d served; back: failed %d of %d"
            .formatted(
                Duration.between(killed, first).toSeconds(),
                valid.size(),
                LabLoad.failed(valid),
                over.size(),
                served,
                LabLoad.failed(after),
                after.size()),
        LabLoad.good(valid)
            && !over.isEmpty()
            && served == 0
            && LabLoad.wrong(load.between(from, back)) == 0
            && LabLoad.good(after));
  }

  /** By the last line that it logged about the leaf of its workload. */
  private static Instant leafEnd(LabNode node) {
    String said =
        node.said()
            .lines()
            .filter(line -> line.contains("/ns/lab/sa/"))
            .collect(Collectors.joining("\n"));
    int at = said.lastIndexOf("notAfter=");
    if (at < 0) {
      throw new AssertionError(node.name() + " has no leaf: " + said);
    }
    String rest = said.substring(at + "notAfter=".length());
    return Instant.parse(rest.substring(0, rest.indexOf('Z') + 1));
  }
}
