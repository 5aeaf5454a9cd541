package io.heraldmesh.jwks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** A folder with a file (0600) for each set, replaced whole or not at all. */
final class KeySetFolder implements KeySetShelf {
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_READS =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path folder;

  /**
   * @param folder is made when it is not there
   */
  KeySetFolder(Path folder) {
    this.folder = folder;
  }

  @Override
  public Optional<byte[]> read(String name) throws IOException {
    Path file = folder.resolve(name);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    if (Files.size(file) > KeptFile.LONGEST) {
      throw new IOException("longer than any that was written");
    }
    return Optional.of(Files.readAllBytes(file));
  }

  @Override
  public void write(String name, byte[] content) throws IOException {
    Path file = folder.resolve(name);
    Path beside = folder.resolve(name + ".new");
    Files.createDirectories(folder, OWNER_ONLY);
    Files.deleteIfExists(beside);
    try (FileChannel out =
        FileChannel.open(
            beside, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNER_READS)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
      names.force(true);
    }
  }

  @Override
  public void keepOnly(Set<String> names) throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.list(folder)) {
      all = files.toList();
    } catch (NoSuchFileException e) {
      return; // nothing was kept yet
    }
    for (Path file : all) {
      if (!names.contains(file.getFileName().toString())) {
        Files.deleteIfExists(file);
      }
    }
  }

  @Override
  public String toString() {
    return folder.toString();
  }
}
