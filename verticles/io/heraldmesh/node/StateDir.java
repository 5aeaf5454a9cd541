package io.heraldmesh.node;

import io.heraldmesh.identity.FolderOwner;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The folder with everything that must outlive the process: 0700, one process at a time. What root
 * makes in one that is there, as {@code herald join} does, is its owner's.
 */
public final class StateDir implements AutoCloseable {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> OWNER_READS =
      PosixFilePermissions.fromString("rw-------");

  private final Path folder;
  private final FileChannel channel;
  private final FileLock lock;

  private StateDir(Path folder, FileChannel channel, FileLock lock) {
    this.folder = folder;
    this.channel = channel;
    this.lock = lock;
  }

  /**
   * Makes {@code folder} when it is not there, and takes it for this process.
   *
   * @throws StartFailure when it cannot be made or written, or another process has it
   */
  public static StateDir open(Path folder) {
    try {
      try {
        Path parent = folder.getParent();
        if (parent != null) {
          Files.createDirectories(parent);
        }
        Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
      } catch (FileAlreadyExistsException e) {
        if (!Files.isDirectory(folder)) {
          throw StartFailure.cannotStart(
              "stateDir " + folder + " is not a folder; remove the file or name another folder");
        }
        Files.setPosixFilePermissions(folder, OWNER_ONLY);
      }
      return locked(folder);
    } catch (IOException e) {
      throw StartFailure.cannotStart(
          "cannot write stateDir "
              + folder
              + " ("
              + e.getClass().getSimpleName()
              + "); give this user write permission or name another folder");
    }
  }

  private static StateDir locked(Path folder) throws IOException {
    FileChannel channel = lockFile(folder.resolve("lock"));
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      channel.close();
      throw StartFailure.cannotStart(
          "stateDir " + folder + " is in use by another herald; stop it or name another folder");
    }
    return new StateDir(folder, channel, lock);
  }

  private static FileChannel lockFile(Path file) throws IOException {
    try {
      Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_READS));
      FolderOwner.give(file);
    } catch (FileAlreadyExistsException e) {
      // of a process before
    }
    try {
      return FileChannel.open(file, StandardOpenOption.WRITE);
    } catch (AccessDeniedException e) {
      throw StartFailure.cannotStart(
          "cannot write "
              + file
              + ", which another user made; give it to this one (chown), with all that is beside"
              + " it");
    }
  }

  public Path path() {
    return folder;
  }

  /** Writes a file that only this user may read. */
  void writePrivate(String name, String content) {
    Path file = folder.resolve(name);
    try {
      Files.deleteIfExists(file);
      Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_READS));
      Files.writeString(file, content);
    } catch (IOException e) {
      throw StartFailure.cannotStart("cannot write " + file + "; check permissions and free space");
    }
  }

  @Override
  public void close() {
    try {
      lock.release();
      channel.close();
    } catch (IOException e) {
      throw new IllegalStateException("cannot release " + folder, e);
    }
  }
}
