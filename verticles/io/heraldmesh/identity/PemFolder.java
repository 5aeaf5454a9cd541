package io.heraldmesh.identity;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Several PEM files that change together, as Kubernetes swaps them: each name is a link to {@code
 * ..data/<name>}, and {@code ..data} is a link to the folder with one whole set. Whoever reads
 * finds the old set or the new one, also after a kill or a power cut. Only this user may read
 * (0600, folders 0700), or, of what root writes, the folder's owner. Blocks for the disk; one
 * writer at a time.
 */
public final class PemFolder {
  private static final String DATA = "..data";
  private static final String SET = "..set-";

  private static final FileAttribute<?> FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<?> FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path folder;

  public PemFolder(Path folder) {
    this.folder = folder;
  }

  /** Puts a whole set in the place of the one before; synced when it returns. */
  public void replace(Map<String, String> files) throws IOException {
    make();
    Path set = Files.createDirectory(folder.resolve(SET + UUID.randomUUID()), FOLDER);
    String before;
    try {
      for (Map.Entry<String, String> file : files.entrySet()) {
        write(set.resolve(file.getKey()), file.getValue());
      }
      FolderOwner.give(folder, set.getFileName().toString());
      sync(set);
      Path data = folder.resolve(DATA);
      before = setBefore(data);
      link(data, set.getFileName());
    } catch (IOException e) {
      discard(set, e);
      throw e;
    }
    for (String name : files.keySet()) {
      Path link = folder.resolve(name);
      if (!leadsIntoSet(link)) {
        link(link, Path.of(DATA, name));
      }
    }
    sync(folder);
    removeAllBut(set.getFileName().toString(), before);
  }

  private void make() throws IOException {
    if (Files.notExists(folder, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(folder, FOLDER);
      FolderOwner.give(folder);
    }
  }

  /**
   * Its name; empty: there is none. Where the folder was copied with its links followed it is no
   * link, but a folder in the way of one, and everybody reads the copies beside it: it becomes a
   * set like others.
   */
  private String setBefore(Path data) throws IOException {
    if (Files.isSymbolicLink(data)) {
      return Files.readSymbolicLink(data).getFileName().toString();
    }
    if (!Files.isDirectory(data, LinkOption.NOFOLLOW_LINKS)) {
      return "";
    }
    String name = SET + UUID.randomUUID();
    Files.move(data, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    return name;
  }

  /**
   * Where the set is that is whole now; the folder itself when it was not written by this class, or
   * was copied with its links followed.
   */
  public Path current() {
    Path data = folder.resolve(DATA);
    try {
      return Files.isSymbolicLink(data) ? data.toRealPath() : folder;
    } catch (IOException e) {
      return folder;
    }
  }

  /** The file that whoever opens {@code name} reads: of the set, unless it is one of its own. */
  public Path file(String name) {
    Path link = folder.resolve(name);
    try {
      return leadsIntoSet(link) ? current().resolve(name) : link;
    } catch (IOException e) {
      return link;
    }
  }

  private static boolean leadsIntoSet(Path link) throws IOException {
    return Files.isSymbolicLink(link)
        && Files.readSymbolicLink(link).equals(Path.of(DATA, link.getFileName().toString()));
  }

  /** Writes one file of its own, beside the set; synced when it returns. */
  public void writeAlone(String name, String content) throws IOException {
    make();
    Path fresh = folder.resolve(name + ".new");
    Files.deleteIfExists(fresh);
    write(fresh, content);
    FolderOwner.give(folder, name + ".new");
    Files.move(
        fresh,
        folder.resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    sync(folder);
  }

  private static void write(Path file, String content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), FILE)) {
      ByteBuffer left = ByteBuffer.wrap(content.getBytes(StandardCharsets.US_ASCII));
      while (left.hasRemaining()) {
        channel.write(left);
      }
      channel.force(true);
    }
  }

  /** By a rename, which is all or nothing. */
  private static void link(Path link, Path to) throws IOException {
    Path fresh = link.resolveSibling(link.getFileName() + ".link");
    try {
      Files.createSymbolicLink(fresh, to);
    } catch (FileAlreadyExistsException e) {
      Files.delete(fresh);
      Files.createSymbolicLink(fresh, to);
    }
    Files.move(fresh, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Keeps the set before as well: a reader may be in the midst of it. */
  private void removeAllBut(String now, String before) throws IOException {
    List<Path> old = new ArrayList<>();
    try (var entries = Files.newDirectoryStream(folder, SET + "*")) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (!name.equals(now) && !name.equals(before)) {
          old.add(entry);
        }
      }
    }
    for (Path set : old) {
      if (!Files.isSymbolicLink(set)) {
        remove(set);
      }
    }
  }

  /** The service's user may put a link in its place at any moment: it is not followed. */
  private void remove(Path set) throws IOException {
    try (var own = Files.newDirectoryStream(folder)) {
      if (own instanceof SecureDirectoryStream<Path> all) {
        try (var files = all.newDirectoryStream(set.getFileName(), LinkOption.NOFOLLOW_LINKS)) {
          for (Path file : files) {
            files.deleteFile(file.getFileName());
          }
        }
        all.deleteDirectory(set.getFileName());
      }
    } catch (NoSuchFileException e) {
      // somebody else removes it, too
    }
  }

  /** A set that is not in force takes the room that the next try needs. */
  private void discard(Path set, IOException cause) {
    try {
      remove(set);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
