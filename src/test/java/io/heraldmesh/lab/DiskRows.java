package io.heraldmesh.lab;

import static io.heraldmesh.lab.LabRun.pass;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Disks are full, slow, or give back something else than was written. */
final class DiskRows {
  /** Every sync of a file takes two seconds longer; {@code -D}: the process keeps its number. */
  private static final List<String> SLOW =
      List.of(
          "strace",
          "-D",
          "--seccomp-bpf",
          "-f",
          "-q",
          "-o/dev/null",
          "-etrace=fsync,fdatasync",
          "-einject=fsync,fdatasync:delay_enter=2000000");

  private static final int YARDSTICK_SECONDS = 60;
  private static final int NAMED_WITHIN_SECONDS = 30;

  /** Once it has named the file: long enough to serve, had it something to serve. */
  private static final int LEFT_UP_SECONDS = 8;

  private final LabRun run;
  private final LabMesh mesh;
  private final LabLoad load;

  DiskRows(LabRun run) {
    this.run = run;
    this.mesh = run.mesh;
    this.load = run.load;
  }

  /** Of a service node, which seals what it was told, and of the database. */
  void full() throws Exception {
    LabNode s1 = mesh.node("s1");
    Path data = mesh.database.folder().resolve("data");
    s1.stop();
    mesh.database.kill();
    try (SmallDisk sealed = mesh.disk(s1.state().resolve("sealed"), 1);
        SmallDisk database = mesh.disk(data, 24)) {
      try {
        Hosts.must("chown", "postgres", data.toString());
        mesh.database.startAgain();
        s1.start();
        s1.awaitReady();
        full(sealed, database);
      } finally {
        // whoever has files open there keeps the disk from going
        mesh.database.kill();
        s1.stop();
      }
    } finally {
      mesh.database.startAgain();
      s1.start();
    }
    s1.awaitReady();
    run.eventually("c1", 60);
  }

  private void full(SmallDisk sealed, SmallDisk database) throws Exception {
    run.eventually("c1", 60);
    run.settle();
    long from = System.nanoTime();
    sealed.fill();
    database.fill();
    boolean refused = mesh.policy.refusesMany("c1");
    pass(10);
    sealed.free();
    database.free();
    long millis = run.eventually("c1", 60);
    pass(3);
    run.judge(
        "disk full: the database's and a service node's",
        "0 failed; an apply is refused (exit 3), nothing is taken that is not on disk; when there"
            + " is room, a change in force within 15 s without a restart",
        from,
        !refused || millis > 15_000,
        "refused %s, then a change in force after %d ms".formatted(refused, millis));
  }

  /** Of the same two. */
  void slow() throws Exception {
    LabNode s1 = mesh.node("s1");
    run.settle();
    long before = System.nanoTime();
    run.change("c1");
    pass(YARDSTICK_SECONDS);
    List<Sample> usual = load.since(before);
    s1.stop();
    // killed, it would sync each of a thousand files before it answers
    mesh.database.stop();
    try {
      mesh.database.startAgain(SLOW);
      s1.start(SLOW);
      s1.awaitReady();
      slow(s1, usual);
    } finally {
      s1.kill();
      mesh.database.kill();
      mesh.database.startAgain();
      s1.start();
    }
    s1.awaitReady();
    run.eventually("c1", 60);
  }

  private void slow(LabNode s1, List<Sample> usual) throws Exception {
    run.eventually("c1", 90);
    run.settle();
    s1.metrics(mesh.hosts.file("s1"));
    long from = System.nanoTime();
    long millis;
    double control;
    try (ControlProbe probe = new ControlProbe(mesh)) {
      millis = run.eventually("c1", 90);
      pass(YARDSTICK_SECONDS);
      control = probe.worstMillis() / 1e3;
    }
    List<Sample> samples = load.since(from);
    double lag = lag(s1.metrics(mesh.hosts.file("s1")));
    double ratio = LabLoad.percentile(samples, 0.99) / LabLoad.percentile(usual, 0.99);
    run.row(
        "slow disk: every sync of the database and of a service node takes 2 s",
        "0 failed; p99 at most 1.1 times as in %d s before; no event loop waits for it (its lag, and the"
                .formatted(YARDSTICK_SECONDS)
            + " answers of control nodes to health checks, under 0.5 s)",
        samples,
        "p99 %.2f times, lag %.3f s, control nodes within %.3f s, change in force after %d ms"
            .formatted(ratio, lag, control, millis),
        LabLoad.good(samples) && ratio <= 1.1 && lag < 0.5 && control < 0.5);
  }

  /** The worst of the event loops since it was asked last. */
  private static double lag(String metrics) {
    return metrics
        .lines()
        .filter(line -> line.startsWith("herald_event_loop_lag_seconds"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .max()
        .orElseThrow(() -> new AssertionError("no event loop is measured"));
  }

  private interface Damage {
    byte[] to(byte[] file);
  }

  void corrupt() throws Exception {
    damaged(
        "one bit in its middle is another",
        file -> {
          file[file.length / 2] ^= 1;
          return file;
        });
    damaged("its second half is missing", file -> java.util.Arrays.copyOf(file, file.length / 2));
    damaged("it is empty", file -> new byte[0]);
  }

  /** One start with a damaged file. */
  private record Start(String file, boolean named, long from, long to) {
    /** Of all that was asked of the node. */
    String said(List<Sample> own) {
      return file + (named ? " named" : " NOT NAMED") + (served(own) ? ", SERVED" : "");
    }

    boolean served(List<Sample> own) {
      return own.stream().anyMatch(s -> s.servedIn(from, to));
    }
  }

  /** Each sealed file of s1; it is cut off from the control plane, so that nothing can cover it. */
  private void damaged(String how, Damage damage) throws Exception {
    LabNode s1 = mesh.node("s1");
    List<Start> starts = new ArrayList<>();
    long from = System.nanoTime();
    s1.stop();
    Path sealed = s1.state().resolve("sealed");
    Path good = sealed.resolveSibling("sealed.good");
    Hosts.must("cp", "-a", sealed.toString(), good.toString());
    mesh.killControl();
    for (Path file : files(good)) {
      Path damaged = sealed.resolve(file.getFileName());
      Files.write(damaged, damage.to(Files.readAllBytes(file)));
      starts.add(started(s1, damaged));
      Hosts.must("cp", "-a", file.toString(), damaged.toString());
    }
    Hosts.must("rm", "-rf", good.toString());
    mesh.startControl();
    s1.start();
    s1.awaitReady();
    run.settle();
    List<Sample> all = load.since(from);
    List<Sample> own = all.stream().filter(s -> s.involves("s1")).toList();
    run.row(
        "corrupt store, each sealed file of a node in turn while the control plane is away: " + how,
        "the file is named, nothing is served from what is left, also within "
            + LEFT_UP_SECONDS
            + " s after that; serving with the good files; 0 wrong",
        all,
        starts.stream().map(start -> start.said(own)).collect(Collectors.joining("; ")),
        !starts.isEmpty()
            && starts.stream().allMatch(start -> start.named() && !start.served(own))
            && LabLoad.wrong(all) == 0);
  }

  private static Start started(LabNode node, Path damaged) throws IOException {
    long from = System.nanoTime();
    node.start();
    node.mayEnd();
    boolean named = says(node, naming(damaged));
    pass(LEFT_UP_SECONDS);
    Start start = new Start(damaged.getFileName().toString(), named, from, System.nanoTime());
    node.kill();
    return start;
  }

  /**
   * The words that name it, one of which is enough. A key that is another shows in what it opens.
   */
  private static List<String> naming(Path file) {
    return file.endsWith("seal.key")
        ? List.of(file + " is not a key", notUsed(file.resolveSibling("leaves")))
        : List.of(notUsed(file));
  }

  private static String notUsed(Path file) {
    return "state not used file=" + file + " ";
  }

  /** Waits for it: how long a start takes is not what this is about. */
  private static boolean says(LabNode node, List<String> words) {
    long deadline = System.nanoTime() + NAMED_WITHIN_SECONDS * LabRun.SECOND;
    while (System.nanoTime() < deadline) {
      String said = node.said();
      if (words.stream().anyMatch(said::contains)) {
        return true;
      }
      pass(1);
    }
    return false;
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
