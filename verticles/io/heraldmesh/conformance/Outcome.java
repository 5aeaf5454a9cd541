package io.heraldmesh.conformance;

/** What a corpus says of one of its cases, before exceptions are looked up. */
public sealed interface Outcome {

  /** It came out as expected. */
  record AsExpected() implements Outcome {}

  /**
   * It did not.
   *
   * @param stricter Herald refuses what the case accepts; only this can be on purpose
   */
  record Differs(String detail, boolean stricter) implements Outcome {}

  /** It was not tried. */
  record Skipped(String reason) implements Outcome {}

  /** A word of the case means nothing here, which is a failure and never a pass. */
  record NotUnderstood(String what) implements Outcome {}

  static Outcome asExpected() {
    return new AsExpected();
  }

  static Outcome skipped(String reason) {
    return new Skipped(reason);
  }

  static Outcome notUnderstood(String what) {
    return new NotUnderstood(what);
  }

  /** Something is wrong that is neither stricter nor laxer. */
  static Outcome wrong(String detail) {
    return new Differs(detail, false);
  }

  /** {@link #asExpected} when {@code problem} is empty, else {@link #wrong}. */
  static Outcome unless(String problem) {
    return problem.isEmpty() ? asExpected() : wrong(problem);
  }

  /**
   * Compares what is accepted with what should be.
   *
   * @param detail why it came out as it did
   */
  static Outcome accepted(boolean expected, boolean actual, String detail) {
    return expected == actual
        ? asExpected()
        : new Differs(
            (expected ? "refused, expected accepted: " : "accepted, expected refused: ") + detail,
            expected);
  }
}
