package io.heraldmesh.cli.demo;

import java.io.PrintWriter;
import java.util.List;

/** Prints the walk as people like to read it: what was tried, what came of it, how to repeat it. */
final class Table {
  private static final String LINE = "%3s  %-4s  %-52s  %s%n";

  private final PrintWriter out;
  private int number;

  Table(PrintWriter out) {
    this.out = out;
  }

  void head() {
    out.printf(LINE, "#", "", "what is tried", "answer, and what the service saw");
    out.printf(LINE, "--", "----", "-".repeat(52), "-".repeat(40));
    out.flush();
  }

  /** One row; what was expected is said when it did not come. */
  void print(Row row) {
    number++;
    out.printf(LINE, number, row.asExpected() ? "ok" : "FAIL", row.title(), row.actual());
    if (!row.asExpected()) {
      out.printf("%-65s  expected: %s%n", "", row.expected());
    }
    out.flush();
  }

  /** The sum, and the commands to repeat each row; true when all rows were as expected. */
  boolean foot(List<Row> rows) {
    long good = rows.stream().filter(Row::asExpected).count();
    out.printf(
        "%n%d of %d as expected%n%nRepeat a row while the demo stays up:%n", good, rows.size());
    for (int i = 0; i < rows.size(); i++) {
      out.printf("%3d  %s%n", i + 1, rows.get(i).curl());
    }
    out.flush();
    return good == rows.size();
  }

  /** Where to look; the demo goes on until it is interrupted. */
  void stayingUp(Demo demo) {
    out.printf("%nDashboard   http://%s/%n", demo.dashboard());
    out.printf("            operator token for it: %s%n", demo.operatorToken());
    out.printf("Policies    %s (edit them; a change is in force within a second)%n", demo.folder());
    for (String name : demo.ownServices()) {
      out.printf(
          "Yours       curl -x http://127.0.0.1:%d http://%s.shop:8080/%n",
          demo.outbound("web"), name);
    }
    out.printf("Stop with Ctrl-C.%n");
    out.flush();
  }
}
