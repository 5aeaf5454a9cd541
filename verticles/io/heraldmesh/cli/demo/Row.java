package io.heraldmesh.cli.demo;

/**
 * One line of the walk.
 *
 * @param title what is tried
 * @param curl the command that repeats it while the demo stays up
 */
record Row(String title, Outcome expected, Outcome actual, String curl) {

  boolean asExpected() {
    return expected.equals(actual);
  }
}
