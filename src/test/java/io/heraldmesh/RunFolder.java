package io.heraldmesh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What a run leaves on disk: nothing when it held; all of it, for a look, when it fell short. */
public final class RunFolder implements AutoCloseable {
  private final Path path;
  private boolean held;

  private RunFolder(Path path) {
    this.path = path;
  }

  /** An empty folder among the temporary ones. */
  public static RunFolder make(String name) throws IOException {
    return new RunFolder(Files.createTempDirectory(name));
  }

  public Path path() {
    return path;
  }

  /** How the run ended; a run that does not come to say it has not held. */
  public void held(boolean held) {
    this.held = held;
  }

  /** Whatever the run started there must have ended. */
  @Override
  public void close() throws IOException {
    if (!held) {
      System.err.println("the run did not hold; its files are in " + path);
      return;
    }
    List<Path> all;
    try (Stream<Path> files = Files.walk(path)) {
      all = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : all) {
      Files.delete(file);
    }
  }
}
