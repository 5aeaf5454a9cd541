package io.heraldmesh.cli;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What the lag of a node's event loops comes to in the worst minute of a run. A loop is late for
 * what blocks it, and for a processor that others have; so a lag that is too long by no more than
 * the machine's own was in that minute is not held against the node, and not called held either.
 */
record LagVerdict(Outcome outcome, Minute worst) {
  private static final double MOST_MILLIS = 100;

  /** From good to bad. */
  enum Outcome {
    HELD,
    NOT_RESOLVED,
    FELL_SHORT
  }

  /**
   * The worst lags of one minute.
   *
   * @param loopsMillis of the node's event loops; not a number, which falls short, when the node
   *     told none
   * @param machineMillis of a process that does nothing; see {@link MachineLag}
   */
  record Minute(int minute, double loopsMillis, double machineMillis) {
    Outcome outcome() {
      if (loopsMillis <= MOST_MILLIS) {
        return Outcome.HELD;
      }
      return loopsMillis <= MOST_MILLIS + machineMillis ? Outcome.NOT_RESOLVED : Outcome.FELL_SHORT;
    }
  }

  static LagVerdict of(List<Minute> minutes) {
    Minute worst =
        minutes.stream()
            .max(Comparator.comparing(Minute::outcome).thenComparingDouble(Minute::loopsMillis))
            .orElse(new Minute(0, Double.NaN, Double.NaN));
    return new LagVerdict(worst.outcome(), worst);
  }

  boolean fellShort() {
    return outcome == Outcome.FELL_SHORT;
  }

  /** Beside the run's other figures. */
  String said() {
    return String.format(
        Locale.ROOT,
        "worst lag of an event loop: %.0f ms, in minute %d, allowed 100 ms: %s",
        worst.loopsMillis,
        worst.minute,
        switch (outcome) {
          case HELD -> "held";
          case NOT_RESOLVED -> notResolved();
          case FELL_SHORT -> "FELL SHORT (" + machine() + ")";
        });
  }

  /** The verdict of a run in which nothing fell short. */
  String held() {
    return outcome == Outcome.HELD ? "held" : "held; lag " + notResolved();
  }

  private String notResolved() {
    return "not resolved (" + machine() + ")";
  }

  private String machine() {
    return String.format(Locale.ROOT, "the machine's own lag is %.0f ms", worst.machineMillis);
  }
}
