package io.heraldmesh.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;

/**
 * What a run of overload was asked for: file of the table, seconds of a window, pairs of windows,
 * attacks.
 */
record OverloadPlan(Path table, Duration window, int pairs, List<String> attacks) {

  /**
   * @param all the attacks where the arguments name none
   */
  static OverloadPlan of(List<String> arguments, List<String> all) {
    return new OverloadPlan(
        Path.of(arguments.get(0)),
        Duration.ofSeconds(Integer.parseInt(arguments.get(1))),
        Integer.parseInt(arguments.get(2)),
        arguments.size() > 3 ? arguments.subList(3, arguments.size()) : all);
  }

  /** On standard output and in the table. */
  void say(String line) throws IOException {
    System.out.println(line);
    Files.writeString(table, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
