package io.heraldmesh.resource.problem;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Gathers problems while input is read, so that all are told at once. Not thread-safe.
 *
 * <p>It keeps at most {@link #LIMIT} problems: a wrong file must not fill the memory with
 * complaints. Errors are counted beyond that.
 */
public final class ProblemCollector {
  static final int LIMIT = 1000;

  private final List<Problem> found = new ArrayList<>();
  private int errors;
  private boolean full;

  /** Adds a problem with the general remedy of its code. */
  public void add(Position at, ProblemCode code, String message) {
    add(new Problem(at, code, message));
  }

  /** Adds a problem with a hint of its own. */
  public void add(Position at, ProblemCode code, String message, String hint) {
    add(new Problem(at, code, message, hint));
  }

  public void add(Problem problem) {
    if (problem.level() == Level.ERROR) {
      errors++;
    }
    if (found.size() < LIMIT) {
      found.add(problem);
    } else if (!full) {
      full = true;
      found.add(
          new Problem(
              Position.startOf(problem.at().file()),
              ProblemCode.TOO_MANY_PROBLEMS,
              "more than " + LIMIT + " problems; the rest is not listed"));
    }
  }

  /** Errors added so far; compare before and after to learn whether a step was clean. */
  public int errors() {
    return errors;
  }

  /** All found so far; within a file in the order of lines. */
  public Problems problems() {
    List<Problem> sorted = new ArrayList<>(found);
    List<String> files = found.stream().map(p -> p.at().file()).distinct().toList();
    java.util.Map<String, Integer> order = new java.util.HashMap<>();
    files.forEach(f -> order.putIfAbsent(f, order.size()));
    sorted.sort(
        Comparator.comparingInt((Problem p) -> order.getOrDefault(p.at().file(), 0))
            .thenComparingInt(p -> p.at().line())
            .thenComparingInt(p -> p.at().column()));
    return new Problems(sorted);
  }
}
