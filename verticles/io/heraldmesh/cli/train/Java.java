package io.heraldmesh.cli.train;

import io.heraldmesh.cli.StartFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * This process's JDK, as a command line.
 *
 * @param options file of options for the JVM; null: none
 */
record Java(@Nullable Path options, Path jar) {
  private static final Path HOME = Path.of(System.getProperty("java.home"));

  /** The JDK's own file that says exactly which it is. */
  static Path release() {
    return HOME.resolve("release");
  }

  /** A process of the jar with these further options of the JVM and arguments. */
  ProcessBuilder process(List<String> jvm, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(HOME.resolve("bin").resolve("java").toString());
    if (options != null) {
      command.add("@" + options);
    }
    command.addAll(jvm);
    command.addAll(List.of("-jar", jar.toString()));
    command.addAll(arguments);
    return new ProcessBuilder(command);
  }

  /**
   * Runs the jar with {@code cache}, which must be used.
   *
   * @throws StartFailure when the JVM does not take it; says why
   */
  void accepts(Path cache) throws IOException, InterruptedException {
    Path said = Files.createTempFile("herald-train", ".log");
    try {
      int code =
          process(List.of("-XX:AOTCache=" + cache, "-XX:AOTMode=on"), List.of("--version"))
              .redirectErrorStream(true)
              .redirectOutput(said.toFile())
              .start()
              .waitFor();
      if (code != 0) {
        throw StartFailure.cannotStart(
            "no AOT cache was made: the JVM does not take it: "
                + Files.readString(said, StandardCharsets.UTF_8).strip());
      }
    } finally {
      Files.delete(said);
    }
  }
}
