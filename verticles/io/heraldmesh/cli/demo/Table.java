package io.heraldmesh.cli.demo;

import java.io.PrintStream;

/** Prints the walk as people like to read it: what was tried, what came of it, how to repeat it. */
final class Table {
  private final PrintStream out;
  private int number;

  Table(PrintStream out) {
    this.out = out;
  }

  void print(Row row) {
    number++;
    out.printf("%2d  %s  %s%n", number, row.asExpected() ? "ok  " : "FAIL", row.title());
    out.printf("          expected  %s%n", row.expected());
    out.printf("          actual    %s%n", row.actual());
    out.printf("          %s%n%n", row.curl());
  }
}
