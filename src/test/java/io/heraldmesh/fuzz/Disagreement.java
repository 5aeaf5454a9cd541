package io.heraldmesh.fuzz;

/** Two views of one input that must be the same are not: what a fuzz target is there to find. */
final class Disagreement extends AssertionError {
  private static final long serialVersionUID = 1L;

  private Disagreement(String what) {
    super(what);
  }

  static void unless(boolean holds, String what) {
    if (!holds) {
      throw new Disagreement(what);
    }
  }
}
