package io.heraldmesh.resource.read;

import io.heraldmesh.resource.problem.Position;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files that make up what was named: files as they are; of folders, and folders in them, every
 * {@code *.yaml}, {@code *.yml} and {@code *.json} by name. What begins with a dot is left out, so
 * of a mounted ConfigMap ({@code a.yaml -> ..data/a.yaml}) each file is read once. So is one that
 * is named twice.
 */
public final class SourceFiles {
  /** What standard input is called in messages. */
  static final String INPUT = "(standard input)";

  private static final int MAX_FILES = 20_000;

  private final ProblemCollector problems;
  private final List<Path> files = new ArrayList<>();
  private final Set<Path> known = new HashSet<>();

  private SourceFiles(ProblemCollector problems) {
    this.problems = problems;
  }

  /** All files in the order they are to be read; what cannot be listed is a problem. */
  public static List<Path> of(List<Path> named, ProblemCollector problems) {
    SourceFiles found = new SourceFiles(problems);
    for (Path path : named) {
      if (path.toString().isEmpty()) {
        unreadable(path, "the name is empty", problems);
      } else if (Files.isDirectory(path)) {
        found.folder(path, new HashSet<>());
      } else if (found.isNew(path)) {
        found.files.add(path);
      }
    }
    return found.files;
  }

  /** At most {@code limit + 1} bytes of a regular file; null, and a problem, when unreadable. */
  static byte @Nullable [] content(Path file, int limit, ProblemCollector problems) {
    try {
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        unreadable(file, "not a regular file", problems);
        return null;
      }
      try (InputStream in = Files.newInputStream(file)) {
        return in.readNBytes(limit + 1);
      }
    } catch (IOException e) {
      unreadable(file, reason(e), problems);
      return null;
    }
  }

  /** As {@link #content(Path, int, ProblemCollector)}, of standard input. */
  static byte @Nullable [] content(InputStream input, int limit, ProblemCollector problems) {
    try {
      return input.readNBytes(limit + 1);
    } catch (IOException e) {
      problems.add(Position.startOf(INPUT), ProblemCode.UNREADABLE, reason(e));
      return null;
    }
  }

  private void folder(Path folder, Set<Path> inside) {
    List<Path> children;
    try (Stream<Path> list = Files.list(folder)) {
      // A link to a folder that we are in would never end.
      if (!inside.add(folder.toRealPath())) {
        return;
      }
      children = list.filter(p -> !name(p).startsWith(".")).sorted().toList();
    } catch (IOException e) {
      unreadable(folder, reason(e), problems);
      return;
    }
    for (Path child : children) {
      if (Files.isDirectory(child)) {
        folder(child, new HashSet<>(inside));
      } else if (isResource(name(child))) {
        add(child);
      }
    }
  }

  /** False for a file that was named before, also by another name. */
  private boolean isNew(Path file) {
    try {
      return known.add(file.toRealPath());
    } catch (IOException e) {
      return true; // reading it will tell
    }
  }

  private void add(Path file) {
    if (!isNew(file)) {
      return;
    }
    if (files.size() == MAX_FILES) {
      problems.add(
          Position.startOf(file.toString()),
          ProblemCode.TOO_LARGE,
          "more than " + MAX_FILES + " files",
          "put the resources into fewer files");
    }
    if (files.size() <= MAX_FILES) {
      files.add(file);
    }
  }

  private static boolean isResource(String name) {
    return name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
  }

  private static String name(Path path) {
    Path name = path.getFileName();
    return name == null ? "" : name.toString();
  }

  private static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException none -> "there is no such file";
      case AccessDeniedException denied -> "permission denied";
      default -> "cannot be read";
    };
  }

  private static void unreadable(Path path, String why, ProblemCollector problems) {
    problems.add(Position.startOf(path.toString()), ProblemCode.UNREADABLE, why);
  }
}
