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

  final LabMesh mesh;
  final LabLoad load;
  private final FaultTable table;
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
   * fallen short, and the next are played all the same.
   */
  void play(String name, Row row) throws IOException {
    try {
      row.play();
    } catch (Exception | AssertionError e) {
      table.row(name, "the row can be played", String.valueOf(e).replace('\n', ' '), false);
    }
    restore(name);
  }

  private void restore(String name) throws IOException {
    List<String> again = new ArrayList<>();
    for (LabNode node : mesh.nodes.values()) {
      if (!node.isRunning() || !node.ready()) {
        again.add(node.name());
        node.kill();
        node.start();
      }
    }
    for (LabNode node : mesh.nodes.values()) {
      node.supervised();
    }
    if (!again.isEmpty()) {
      System.out.println(name + " left nodes that were not ready, started again: " + again);
    }
    settle();
  }

  /** What the others are compared with. */
  void nothing() throws IOException {
    long from = System.nanoTime();
    pass(10);
    judge("none, 10 s", "0 failed", from, false, "");
  }

  /** Until five seconds in a row were good. */
  void settle() throws IOException {
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
    row(fault, expected, samples, seen, !late && LabLoad.failed(samples) == 0);
  }

  /** A row with the figures of its requests. */
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
