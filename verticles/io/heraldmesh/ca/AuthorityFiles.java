package io.heraldmesh.ca;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Where an authority is read from, again when the files change. Blocks for the disk.
 *
 * @param files that hold it, whether they are there or not; empty: it is in memory alone
 * @param read reads and checks them all; throws {@link AuthorityException} naming the file
 * @param renew writes them anew where what they hold ends soon and can be renewed here; called each
 *     second, throws as {@code read}
 */
public record AuthorityFiles(List<Path> files, Supplier<Authority> read, Runnable renew) {
  public AuthorityFiles {
    files = List.copyOf(files);
  }

  /** Files that somebody else renews. */
  public AuthorityFiles(List<Path> files, Supplier<Authority> read) {
    this(files, read, () -> {});
  }

  /** Changes when a file does; links are followed, so a swapped {@code ..data} shows. */
  List<String> stamp() {
    List<String> stamp = new ArrayList<>();
    for (Path file : files) {
      try {
        BasicFileAttributes a = Files.readAttributes(file, BasicFileAttributes.class);
        stamp.add(file.toRealPath() + " " + a.size() + " " + a.lastModifiedTime() + a.fileKey());
      } catch (IOException e) {
        stamp.add(file + " cannot be read");
      }
    }
    return stamp;
  }
}
