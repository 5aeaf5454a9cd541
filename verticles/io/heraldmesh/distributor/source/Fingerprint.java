package io.heraldmesh.distributor.source;

import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.read.SourceFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Names, sizes and times of a folder's resource files: equal fingerprints, equal content.
 *
 * @param folder the real path of the folder; null when it is not there
 * @param files by name; what cannot be looked at has a mark of its own
 * @param folders every folder looked into
 * @param whole false while a mounted ConfigMap is being swapped: names and {@code ..data} disagree
 */
record Fingerprint(@Nullable Path folder, Map<Path, Mark> files, Set<Path> folders, boolean whole) {

  /**
   * One file.
   *
   * @param linked its name is a link to a file elsewhere
   * @param key what tells a replaced file from an edited one
   * @param changed the inode's own time, which unlike the modification time nobody can set back
   */
  record Mark(
      Path real,
      boolean linked,
      @Nullable Object key,
      long size,
      FileTime modified,
      Object changed) {
    /** A file that cannot be looked at, such as a link that leads nowhere. */
    static final Mark NONE =
        new Mark(Path.of(""), false, null, -1, FileTime.fromMillis(0), FileTime.fromMillis(0));

    /** Written out, as in {@link io.heraldmesh.policy.Workload}. */
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Mark mark
          && linked == mark.linked
          && size == mark.size
          && real.equals(mark.real)
          && Objects.equals(key, mark.key)
          && modified.equals(mark.modified)
          && changed.equals(mark.changed);
    }

    @Override
    public int hashCode() {
      return 31 * real.hashCode() + Long.hashCode(size);
    }
  }

  static Fingerprint of(Path folder) {
    Map<Path, Mark> files = new TreeMap<>();
    Set<Path> folders = new HashSet<>();
    Path real = real(folder);
    if (real == null || !Files.isDirectory(folder)) {
      return new Fingerprint(null, files, folders, true);
    }
    folders.add(folder);
    // A folder in it that cannot be listed changes the list of files, and reading reports it.
    for (Path file : SourceFiles.of(List.of(folder), new ProblemCollector())) {
      files.put(file, mark(file));
      for (Path up = file.getParent(); up != null && folders.add(up); up = up.getParent()) {}
    }
    folders.removeIf(f -> !f.startsWith(folder));
    boolean whole =
        !files.containsValue(Mark.NONE) && folders.stream().allMatch(Fingerprint::agrees);
    return new Fingerprint(real, files, folders, whole);
  }

  /** Files that differ, in either direction. */
  List<Path> changedSince(Fingerprint earlier) {
    List<Path> changed = new ArrayList<>();
    files.forEach(
        (file, mark) -> {
          if (!mark.equals(earlier.files.get(file))) {
            changed.add(file);
          }
        });
    earlier.files.keySet().stream().filter(f -> !files.containsKey(f)).forEach(changed::add);
    return changed;
  }

  /** True when no file was written, made or taken away since, as far as the inodes' times go. */
  boolean isOlderThan(Instant time) {
    return whole
        && files.values().stream().allMatch(mark -> isBefore(mark.changed(), time))
        && folders.stream().allMatch(f -> isBefore(mark(f).changed(), time));
  }

  private static boolean isBefore(Object changed, Instant time) {
    return changed instanceof FileTime at && at.toInstant().isBefore(time);
  }

  /** True when the file is, or was, reached through a link that now leads elsewhere. */
  boolean isRelinked(Path file, Fingerprint earlier) {
    Mark now = files.get(file);
    Mark then = earlier.files.get(file);
    if (now != null && then != null) {
      return !now.real().equals(then.real());
    }
    return now == null ? then != null && then.linked() : now.linked();
  }

  private static Mark mark(Path file) {
    try {
      BasicFileAttributes a = Files.readAttributes(file, BasicFileAttributes.class);
      return new Mark(
          file.toRealPath(),
          Files.isSymbolicLink(file),
          a.fileKey(),
          a.size(),
          a.lastModifiedTime(),
          changed(file, a));
    } catch (IOException e) {
      return Mark.NONE;
    }
  }

  private static Object changed(Path file, BasicFileAttributes a) throws IOException {
    try {
      return Files.getAttribute(file, "unix:ctime");
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      return a.creationTime();
    }
  }

  /** Kubernetes swaps {@code ..data} first and then adds and removes the names that lead there. */
  private static boolean agrees(Path folder) {
    Path data = folder.resolve("..data");
    if (!Files.isDirectory(data)) {
      return true;
    }
    try (Stream<Path> inside = Files.list(data)) {
      return inside.allMatch(
          f -> Files.exists(folder.resolve(f.getFileName().toString()), LinkOption.NOFOLLOW_LINKS));
    } catch (IOException e) {
      return false;
    }
  }

  private static @Nullable Path real(Path folder) {
    try {
      return folder.toRealPath();
    } catch (IOException e) {
      return null;
    }
  }
}
