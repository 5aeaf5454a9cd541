package io.heraldmesh.resource.problem;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gathers problems while input is read, so that all are told at once. Not thread-safe.
 *
 * <p>It keeps at most {@link #LIMIT} errors and as many warnings: a wrong file must not fill the
 * memory with complaints, and many warnings must not push out the one error.
 */
public final class ProblemCollector {
  static final int LIMIT = 1000;

  private final List<Problem> found = new ArrayList<>();
  private int errors;
  private int warnings;

  /** Adds a problem with the general remedy of its code. */
  public void add(Position at, ProblemCode code, String message) {
    add(new Problem(at, code, message));
  }

  /** Adds a problem with a hint of its own. */
  public void add(Position at, ProblemCode code, String message, String hint) {
    add(new Problem(at, code, message, hint));
  }

  public void add(Problem problem) {
    int count =
        switch (problem.level()) {
          case ERROR -> ++errors;
          case WARNING -> ++warnings;
        };
    if (count <= LIMIT) {
      found.add(problem);
    } else if (count == LIMIT + 1) {
      found.add(
          new Problem(
              problem.at().withField(""),
              ProblemCode.TOO_MANY_PROBLEMS,
              "more than " + LIMIT + " " + problem.level().word() + "s; the rest is not listed"));
    }
  }

  /** Errors added so far; compare before and after to learn whether a step was clean. */
  public int errors() {
    return errors;
  }

  /** All found so far; within a file in the order of lines. */
  public Problems problems() {
    Map<String, Integer> order = new HashMap<>();
    found.forEach(p -> order.putIfAbsent(p.at().file(), order.size()));
    List<Problem> sorted = new ArrayList<>(found);
    sorted.sort(
        Comparator.comparingInt((Problem p) -> order.getOrDefault(p.at().file(), 0))
            .thenComparingInt(p -> p.at().line())
            .thenComparingInt(p -> p.at().column()));
    return new Problems(sorted);
  }
}
