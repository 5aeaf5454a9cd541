package io.heraldmesh.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Fault, expected, seen, verdict; each row is written as it is done. */
final class FaultTable {
  private final Path file;
  private final List<Row> rows = new ArrayList<>();

  private record Row(String fault, boolean held) {}

  FaultTable(Path file) throws IOException {
    this.file = file;
    if (!Files.exists(file) || Files.size(file) == 0) {
      say("| fault | expected | seen | verdict |\n|---|---|---|---|");
    }
  }

  void row(String fault, String expected, String seen, boolean held) throws IOException {
    rows.add(new Row(fault, held));
    say(
        "| %s | %s | %s | %s |"
            .formatted(fault, expected, seen.replace("|", "/"), held ? "held" : "FELL SHORT"));
  }

  /** True: every row of this run held, and there was one. */
  boolean held() {
    return !rows.isEmpty() && rows.stream().allMatch(Row::held);
  }

  private void say(String line) throws IOException {
    System.out.println(line);
    Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
