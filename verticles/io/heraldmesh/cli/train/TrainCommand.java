package io.heraldmesh.cli.train;

import io.heraldmesh.node.StartFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code herald train --cache FILE}: the build's step that makes the AOT caches of the jar that
 * this process runs from: {@code NAME.aot} for nodes of proxies alone, {@code NAME-attached.aot}
 * for nodes that attach to a control plane, and {@code NAME-control.aot} for control nodes. A JVM
 * loads all that its cache holds, so one for all would cost the first memory. Beside each, {@code
 * FILE.jdk} is a copy of the JDK's {@code release} file, so that a launcher can tell which JDK it
 * fits. A cache takes its place whole, and only after a JVM has accepted it.
 */
@Command(
    name = "train",
    hidden = true,
    description = "Makes the AOT caches of this jar.",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class TrainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--cache",
      required = true,
      paramLabel = "FILE",
      description = "What to make, NAME.aot.")
  private Path cache;

  @Option(
      names = "--java-options",
      paramLabel = "FILE",
      description = "Options of the JVM that the cache is for; they must be those it is used with.")
  private @Nullable Path options;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path target = cache.toAbsolutePath();
    Path folder = Files.createTempDirectory("herald-train");
    try {
      Java java = new Java(options, Java.ownJar());
      try (TrainingServices services = TrainingServices.start()) {
        TrainingFolder files = TrainingFolder.write(folder, services);
        List<String> alone = List.of("run", "--config", files.nodeFile().toString());
        train(java, files, services, target, recording -> java.process(recording, alone));
        trainControlAndAttached(java, files, services, target);
      }
      return 0;
    } catch (IOException | UncheckedIOException e) {
      throw StartFailure.cannotStart("no AOT cache was made: " + e);
    } finally {
      delete(folder);
    }
  }

  /** The control node serves the one that attaches, so both are recorded at once. */
  private void trainControlAndAttached(
      Java java, TrainingFolder files, TrainingServices services, Path target)
      throws IOException, InterruptedException {
    Path cache = beside(target, "control");
    try (TrainingControl control = TrainingControl.start(java, recording(cache), files)) {
      List<String> attached = List.of(control.join().toString());
      train(
          java,
          files,
          services,
          beside(target, "attached"),
          recording -> java.process(recording, AttachedProcess.class, attached));
      keep(java, control.node(), cache);
    } finally {
      Files.deleteIfExists(made(cache));
    }
  }

  /**
   * Makes one cache. The node whose JVM records is a process of its own, so that nothing of the
   * load is recorded.
   *
   * @param node its process, by the options with which a JVM records
   */
  private void train(
      Java java,
      TrainingFolder files,
      TrainingServices services,
      Path target,
      Function<List<String>, ProcessBuilder> node)
      throws IOException, InterruptedException {
    try (StartedNode started = StartedNode.start("trained", node.apply(recording(target)), files)) {
      TrainingLoad.on(started, files, services).run();
      keep(java, started, target);
    } finally {
      Files.deleteIfExists(made(target));
    }
  }

  /**
   * Profiles for the compiler are left out: they are those of a short and mixed load, and code that
   * was compiled by them stays slower than code that the node's own load has taught.
   */
  private static List<String> recording(Path target) {
    return List.of("-XX:AOTCacheOutput=" + made(target), "-XX:-AOTRecordTraining");
  }

  /** Ends the node, and takes what its JVM leaves. */
  private void keep(Java java, StartedNode node, Path target)
      throws IOException, InterruptedException {
    node.end();
    java.accepts(made(target));
    Files.copy(
        Java.release(),
        target.resolveSibling(target.getFileName() + ".jdk"),
        StandardCopyOption.REPLACE_EXISTING);
    Files.move(
        made(target), target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    spec.commandLine()
        .getErr()
        .printf("herald: AOT cache %s, %d MiB%n", target, Files.size(target) >> 20);
  }

  /** Where a JVM writes it, until it is accepted. */
  private static Path made(Path target) {
    return target.resolveSibling(target.getFileName() + ".new");
  }

  /** As in {@code herald-fat-attached.aot}. */
  private static Path beside(Path target, String kind) {
    String name = String.valueOf(target.getFileName());
    int dot = name.lastIndexOf('.');
    String base = dot < 0 ? name : name.substring(0, dot);
    return target.resolveSibling(base + "-" + kind + name.substring(base.length()));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
