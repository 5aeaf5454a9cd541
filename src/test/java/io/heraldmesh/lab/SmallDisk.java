package io.heraldmesh.lab;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file system in memory over a folder, with what was in it. Nobody may have files open there when
 * it comes and when it goes. Needs root.
 */
final class SmallDisk implements AutoCloseable {
  private final Path folder;
  private final Path ballast;
  private final Path aside;
  private boolean mounted;

  /** Makes nothing yet. */
  SmallDisk(Path folder) {
    this.folder = folder;
    this.ballast = folder.resolve("ballast");
    this.aside = folder.resolveSibling(folder.getFileName() + ".aside");
  }

  /**
   * @param spareMiB room beside what is in the folder
   */
  synchronized void mount(int spareMiB) throws IOException, InterruptedException {
    copy(folder, aside);
    Hosts.must(
        "sh",
        "-c",
        "size=$(( $(du -sk '%1$s' | cut -f1) / 1024 + %2$d )); ".formatted(aside, spareMiB)
            + "mount -t tmpfs -o size=${size}m,mode=0700 herald-lab '%1$s'".formatted(folder));
    mounted = true;
    copy(aside, folder);
    Hosts.must("rm", "-rf", aside.toString());
  }

  /** To the last byte. */
  void fill() throws IOException {
    byte[] bytes = new byte[4096];
    try (OutputStream out = Files.newOutputStream(ballast)) {
      while (true) {
        out.write(bytes);
      }
    } catch (IOException e) {
      if (!String.valueOf(e.getMessage()).contains("No space left")) {
        throw e;
      }
    }
  }

  void free() throws IOException {
    Files.deleteIfExists(ballast);
  }

  @Override
  public synchronized void close() throws IOException, InterruptedException {
    if (mounted) {
      free();
      copy(folder, aside);
      unmount();
      copy(aside, folder);
      Hosts.must("rm", "-rf", aside.toString());
    }
  }

  /** Takes it away with all that is on it, if it is still there. */
  synchronized void drop() throws IOException, InterruptedException {
    if (mounted) {
      unmount();
    }
  }

  /** Should somebody have files open there after all, it goes when they are closed. */
  private void unmount() throws IOException, InterruptedException {
    Hosts.must("sh", "-c", "umount '%1$s' 2> /dev/null || umount -l '%1$s'".formatted(folder));
    mounted = false;
  }

  private static void copy(Path from, Path to) throws IOException, InterruptedException {
    Hosts.must(
        "sh",
        "-c",
        "mkdir -p '%2$s' && find '%2$s' -mindepth 1 -delete && cp -a '%1$s/.' '%2$s/'"
            .formatted(from, to));
  }
}
