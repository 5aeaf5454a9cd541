package io.heraldmesh.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What one attack did, by pairs of windows without it and with it, and what of that is not as it
 * must be. A figure that is not a number was not measured, and proves nothing.
 *
 * @param failuresBetween of good requests, while no window was open: when the attack began and
 *     ended, and afterwards
 * @param connections that the attackers made
 * @param lagWithout the worst of an event loop without the attack, in ms
 * @param lagWith the same with it
 * @param recovered seconds until all was as before; not a number when it was not in time
 */
record OverloadRow(
    String attack,
    List<GoodClients.Window> without,
    List<GoodClients.Window> with,
    List<String> failuresBetween,
    long connections,
    double lagWithout,
    double lagWith,
    long highestMib,
    double recovered,
    boolean outOfMemory) {
  /** The attack that is none. */
  static final String NOTHING = "nothing";

  static final double MOST_RATIO = 1.2;
  private static final double MOST_LAG_MILLIS = 100;
  private static final int RESOLVED_PAIRS = 3;

  /** Of the 99th percentiles of each pair, ascending. */
  List<Double> ratios() {
    return IntStream.range(0, with.size())
        .mapToObj(i -> with.get(i).quantile(0.99) / without.get(i).quantile(0.99))
        .sorted()
        .toList();
  }

  double medianRatio() {
    List<Double> ratios = ratios();
    return ratios.get(ratios.size() / 2);
  }

  /** How far apart windows are by themselves, where the attack is none. */
  double spread() {
    double most = ratios().getLast();
    // not Math.max: what is not a number would excuse every other row
    return most > MOST_RATIO ? most : MOST_RATIO;
  }

  /** Of good requests, whenever they came. */
  List<String> failures() {
    return Stream.concat(
            windows().flatMap(window -> window.failures().stream()), failuresBetween.stream())
        .toList();
  }

  /**
   * @param spread how far apart windows are by themselves
   */
  String verdict(double spread) {
    List<String> wrong = wrong(spread);
    if (!wrong.isEmpty()) {
      return "FELL SHORT: " + String.join(", ", wrong);
    }
    if (!resolved()) {
      return "held; times not resolved";
    }
    return medianRatio() > MOST_RATIO ? "level with the control" : "held";
  }

  /** Empty: it held. */
  List<String> wrong(double spread) {
    List<String> wrong = new ArrayList<>();
    if (connections == 0 && !attack.equals(NOTHING)) {
      wrong.add("nobody attacked");
    }
    if (windows().anyMatch(window -> window.nanos().isEmpty())) {
      wrong.add("no good request");
    }
    boolean asQuick = medianRatio() <= spread;
    if (resolved() && !asQuick) {
      wrong.add("p99");
    }
    if (!failures().isEmpty()) {
      wrong.add("failures");
    }
    boolean inTime = lagWith <= Math.max(MOST_LAG_MILLIS, lagWithout);
    if (resolved() && !inTime) {
      wrong.add("lag");
    }
    if (highestMib > OverloadNode.LIMIT_MIB) {
      wrong.add("RSS");
    }
    if (Double.isNaN(recovered)) {
      wrong.add("recovery");
    }
    if (outOfMemory) {
      wrong.add("OutOfMemoryError");
    }
    return wrong;
  }

  /** From a few seconds no 99th percentile can be told. */
  private boolean resolved() {
    return with.size() >= RESOLVED_PAIRS;
  }

  private Stream<GoodClients.Window> windows() {
    return Stream.concat(without.stream(), with.stream());
  }
}
