package io.heraldmesh.store.sql;

import io.heraldmesh.store.NewFiles;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.StoreException.Reason;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

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
  static SqliteLock take(Path file, NewFiles made) {
    Path path = file.toAbsolutePath();
    Path folder = Objects.requireNonNull(path.getParent());
    try {
      if (Files.notExists(folder)) {
        Files.createDirectories(folder, mode("rwx------"));
        made.made(folder);
      }
      Path lock = path.resolveSibling(path.getFileName() + ".lock");
      make(lock, made);
      FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
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

  private static void make(Path lock, NewFiles made) throws IOException {
    try {
      Files.createFile(lock, mode("rw-------"));
      made.made(lock);
    } catch (FileAlreadyExistsException e) {
      // of a process before
    }
  }

  private static FileAttribute<?> mode(String permissions) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
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
