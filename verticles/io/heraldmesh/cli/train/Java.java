package io.heraldmesh.cli.train;

import io.heraldmesh.cli.Main;
import io.heraldmesh.node.StartFailure;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
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

  /** The jar that this process runs from. */
  static Path ownJar() {
    try {
      URI source = Main.class.getProtectionDomain().getCodeSource().getLocation().toURI();
      Path jar = Path.of(source);
      if (!Files.isRegularFile(jar)) {
        throw StartFailure.cannotStart("an AOT cache is made for a jar, not for " + jar);
      }
      return jar;
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A process of the jar with these further options of the JVM and arguments. */
  ProcessBuilder process(List<String> jvm, List<String> arguments) {
    return process(jvm, List.of("-jar", jar.toString()), arguments);
  }

  /** The same that begins with {@code main}. */
  ProcessBuilder process(List<String> jvm, Class<?> main, List<String> arguments) {
    return process(jvm, List.of("-cp", jar.toString(), main.getName()), arguments);
  }

  private ProcessBuilder process(List<String> jvm, List<String> what, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(HOME.resolve("bin").resolve("java").toString());
    if (options != null) {
      command.add("@" + options);
    }
    command.addAll(jvm);
    command.addAll(what);
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
