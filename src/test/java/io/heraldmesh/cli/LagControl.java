package io.heraldmesh.cli;

import io.heraldmesh.node.BlockingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/**
 * The control of a run that judges the lag of event loops, in ms: what was read of a node before
 * and after one of its loops stood still for 300 ms. Where that is not seen the lag of a whole run
 * means nothing.
 */
record LagControl(double beforeMillis, double afterMillis) {
  private static final double SEEN_MILLIS = 280;
  private static final Pattern LAG =
      Pattern.compile("(?m)^herald_event_loop_lag_seconds\\{[^}]*} (\\S+)$");

  /**
   * Starts such a node, and ends it.
   *
   * @param folder for its files
   */
  static LagControl run(Path folder) throws IOException {
    Files.createDirectories(folder);
    try (OverloadNode node = OverloadNode.of(folder, BlockingNode.class)) {
      node.settle();
      double before = lagMillis(node.scrape());
      node.process().tell("block");
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
      return new LagControl(before, lagMillis(node.scrape()));
    }
  }

  /** The worst lag that a node's metrics tell; not a number when they tell none. */
  static double lagMillis(String scraped) {
    return LAG.matcher(scraped)
            .results()
            .mapToDouble(found -> Double.parseDouble(found.group(1)))
            .max()
            .orElse(Double.NaN)
        * 1000;
  }

  boolean seen() {
    return afterMillis >= SEEN_MILLIS;
  }

  /** For the table of the run; that it is void when nothing was seen. */
  String said() {
    return String.format(
            Locale.ROOT,
            "%nControl: lag %.0f ms before, %.0f ms after a loop was blocked for 300 ms: ",
            beforeMillis,
            afterMillis)
        + (seen() ? "seen" : "NOT SEEN\nverdict: VOID, a loop blocked for 300 ms was not noticed");
  }
}
