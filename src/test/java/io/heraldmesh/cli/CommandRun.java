package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * One run of {@code herald} in this process.
 *
 * @param code what the process would end with
 * @param out standard output
 * @param err standard error
 */
record CommandRun(int code, String out, String err) {

  /**
   * @param arguments words, and paths
   */
  static CommandRun of(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command =
        HeraldCommand.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int code =
        command.execute(
            Stream.of(arguments)
                .map(a -> a instanceof Path path ? path.toString() : (String) a)
                .toArray(String[]::new));
    return new CommandRun(code, out.toString(), err.toString());
  }

  /** Standard output as objects, one a line. */
  List<JsonNode> answers() {
    return out.lines().map(CommandRun::json).toList();
  }

  private static JsonNode json(String line) {
    try {
      return new ObjectMapper().readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
