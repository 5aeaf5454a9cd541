package io.heraldmesh.cli.train;

import io.heraldmesh.cli.StartFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code herald train --cache FILE}: the build's step that makes the AOT cache of the jar that this
 * process runs from. Beside it, {@code FILE.jdk} is a copy of the JDK's {@code release} file, so
 * that a launcher can tell which JDK it fits. The cache takes its place whole, and only after a JVM
 * has accepted it.
 */
@Command(name = "train", hidden = true, description = "Makes the AOT cache of this jar.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class TrainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--cache", required = true, paramLabel = "FILE", description = "What to make.")
  private Path cache;

  @Option(
      names = "--java-options",
      paramLabel = "FILE",
      description = "Options of the JVM that the cache is for; they must be those it is used with.")
  private @Nullable Path options;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path jar = TrainedNode.jar();
    Path target = cache.toAbsolutePath();
    Path made = target.resolveSibling(target.getFileName() + ".new");
    Path folder = Files.createTempDirectory("herald-train");
    try {
      Java java = new Java(options, jar);
      try (TrainingServices services = TrainingServices.start()) {
        TrainingFolder files = TrainingFolder.write(folder, services);
        try (TrainedNode node = TrainedNode.start(java, made, files)) {
          TrainingLoad.on(node, files, services).run();
          node.end();
        }
      }
      java.accepts(made);
      Files.copy(
          Java.release(),
          target.resolveSibling(target.getFileName() + ".jdk"),
          StandardCopyOption.REPLACE_EXISTING);
      Files.move(made, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      spec.commandLine()
          .getErr()
          .printf("herald: AOT cache %s, %d MiB%n", target, Files.size(target) >> 20);
      return 0;
    } catch (IOException | UncheckedIOException e) {
      throw StartFailure.cannotStart("no AOT cache was made: " + e);
    } finally {
      Files.deleteIfExists(made);
      delete(folder);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
