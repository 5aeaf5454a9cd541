package io.heraldmesh.cli;

import io.heraldmesh.policy.Decision;
import io.heraldmesh.resource.PolicyTest;
import io.heraldmesh.resource.problem.Position;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of one case.
 *
 * @param test {@code namespace/name} of its PolicyTest
 * @param differences empty: it passed
 * @param decision null when the case could not be decided; {@code error} then says why
 */
record PolicyTestResult(
    String test,
    PolicyTest.Case tested,
    List<Difference> differences,
    @Nullable Decision decision,
    @Nullable String error,
    Duration time) {

  PolicyTestResult {
    differences = List.copyOf(differences);
  }

  /**
   * An expectation that was not met.
   *
   * @param what such as {@code status}, as it is written under {@code expect}
   */
  record Difference(Position at, String what, String expected, String actual) {

    @Override
    public String toString() {
      return what + ": expected " + expected + ", was " + actual;
    }
  }

  boolean passed() {
    return error == null && differences.isEmpty();
  }

  /** Where the case stands. */
  Position at() {
    return tested.name().at();
  }
}
