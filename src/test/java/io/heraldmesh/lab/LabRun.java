package io.heraldmesh.lab;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** A mesh under load, and the table that a run fills: what its rows are played with. */
final class LabRun {
  static final long SECOND = 1_000_000_000L;

  private static final int FORCED_WITHIN_SECONDS = 60;
  private static final int SETTLES_WITHIN_SECONDS = 120;
  private static final int SETTLED_WITHIN_MILLIS = 10_000;

  final LabMesh mesh;
  final LabLoad load;
  private final FaultTable table;
  private String playing = "";
  private int changes;

  LabRun(LabMesh mesh, LabLoad load, FaultTable table) {
    this.mesh = mesh;
    this.load = load;
    this.table = table;
  }

  /** One or several rows. */
  interface Row {
    void play() throws Exception;
  }

  /**
   * Plays it, and has everything up again for the next. A row that cannot be played to its end has
   * fallen short, and the next are played all the same; so has one that leaves something behind.
   */
  void play(String name, Row row) throws IOException {
    playing = name;
    try {
      row.play();
    } catch (Exception | AssertionError e) {
      table.row(name, "the row can be played", String.valueOf(e).replace('\n', ' '), false);
    }
    restore();
  }

  private void restore() throws IOException {
    List<String> left = endsByItself();
    for (LabNode node : mesh.nodes.values()) {
      if (!node.isRunning() || !node.ready()) {
        left.add(node.name() + " was not ready");
        node.kill();
        node.start();
      }
    }
    for (LabNode node : mesh.nodes.values()) {
      node.supervised();
    }
    left.addAll(endsByItself());
    if (!left.isEmpty()) {
      table.row(
          playing + ": processes",
          "none ends by itself, all are ready after the row",
          String.join("; ", left),
          false);
    }
    settle();
  }

  private List<String> endsByItself() {
    List<String> all = new ArrayList<>();
    mesh.nodes.values().forEach(node -> all.addAll(node.endsByItself()));
    return all;
  }

  /** What the others are compared with. */
  void nothing() throws IOException {
    long from = System.nanoTime();
    pass(10);
    judge("none, 10 s", "0 failed", from, false, "");
  }

  /**
   * Until five seconds in a row were good. Where they come late within or after a row, that is a
   * row that falls short.
   */
  void settle() throws IOException {
    long millis = untilGood(System.nanoTime());
    if (millis > SETTLED_WITHIN_MILLIS && !playing.isEmpty()) {
      table.row(
          playing + ": settling",
          "requests are good again within " + SETTLED_WITHIN_MILLIS / 1000 + " s",
          "after " + millis + " ms",
          false);
    }
  }

  private long untilGood(long begun) throws IOException {
    List<Sample> samples;
    do {
      long from = System.nanoTime();
      pass(5);
      samples = load.since(from);
      if (LabLoad.good(samples)) {
        return (from - begun) / 1_000_000;
      }
    } while (System.nanoTime() - begun < SETTLES_WITHIN_SECONDS * SECOND);
    throw new IOException("the mesh does not settle: " + worst(samples));
  }

  /**
   * Changes the policy by that node, and returns after how many milliseconds it was in force
   * everywhere.
   */
  long change(String by) throws IOException {
    try (LabChange change = LabChange.by(mesh.node(by))) {
      long from = System.nanoTime();
      String revision = change.apply("change.yaml", LabPolicy.text("/change-" + ++changes));
      change.inForce(revision, FORCED_WITHIN_SECONDS);
      return millisSince(from);
    }
  }

  /** As {@link #change}, tried again until it is taken; milliseconds in all. */
  long eventually(String by, int seconds) throws IOException {
    long from = System.nanoTime();
    while (true) {
      try {
        change(by);
        return millisSince(from);
      } catch (IOException e) {
        if (System.nanoTime() - from > seconds * SECOND) {
          throw e;
        }
        pass(1);
      }
    }
  }

  /** A row in which no request may fail. */
  void judge(String fault, String expected, long from, boolean late, String seen)
      throws IOException {
    List<Sample> samples = load.since(from);
    row(fault, expected, samples, seen, !late && LabLoad.good(samples));
  }

  /** A row with the figures of its requests; without any it falls short. */
  void row(String fault, String expected, List<Sample> samples, String seen, boolean held)
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
    table.row(
        fault,
        expected,
        figures + (seen.isEmpty() ? "" : "; " + seen) + examples,
        held && !samples.isEmpty());
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

  static long millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1_000_000;
  }

  /** The load goes on meanwhile; this is how long a row is looked at, not a wait for something. */
  static void pass(int seconds) {
    long end = System.nanoTime() + seconds * SECOND;
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }
}
