package io.heraldmesh.store.sql;

import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.StoreException.Reason;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;

/**
 * One process writes a database file. A lock file beside it says so, not SQLite's exclusive mode:
 * that one would also keep a backup from reading.
 */
final class SqliteLock implements AutoCloseable {
  private final FileChannel channel;

  private SqliteLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes {@code file}, and makes its folder.
   *
   * @throws StoreException with reason IN_USE when another process, or another store here, has it
   */
  static SqliteLock take(Path file) {
    Path path = file.toAbsolutePath();
    Path folder = Objects.requireNonNull(path.getParent());
    try {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      FileChannel channel =
          FileChannel.open(
              path.resolveSibling(path.getFileName() + ".lock"),
              Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      if (!locked(channel)) {
        channel.close();
        throw new StoreException(
            Reason.IN_USE, file + ": is in use by another process; stop that one first");
      }
      return new SqliteLock(channel);
    } catch (IOException e) {
      throw cannotBeMade(file, e);
    }
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  static StoreException cannotBeMade(Path file, IOException e) {
    return new StoreException(
        Reason.NOT_WRITABLE,
        file
            + ": cannot be made ("
            + e
            + "); check owner and permissions of the folder and free space",
        e);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new IllegalStateException("a lock file cannot be closed", e);
    }
  }
}
