package io.heraldmesh.ca;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Files that only this process's user may read (0600, in a folder of 0700), or that systemd gave to
 * this process alone as credentials.
 */
public final class PrivateFile {
  private static final Path OURSELVES = Path.of("/proc/self");

  private static final Set<PosixFilePermission> OWNER =
      PosixFilePermissions.fromString("rwx------");

  private static final Set<PosixFilePermission> CREDENTIAL =
      PosixFilePermissions.fromString("rwxr-----");

  private static final int ROOT = 0;

  /** Where there is no telling. */
  private static final int ANYBODY = -1;

  private PrivateFile() {}

  /**
   * Reads a file after making sure that it is ours and nobody else may open it. Root reads
   * anybody's.
   *
   * @param what what it holds, for the message
   * @throws AuthorityException when it is not there, open to others, not ours, or too long
   */
  public static byte[] read(Path file, String what, int maxBytes) {
    String credentials = System.getenv("CREDENTIALS_DIRECTORY");
    return read(
        file,
        what,
        maxBytes,
        credentials == null || credentials.isEmpty() ? null : Path.of(credentials));
  }

  /**
   * As above.
   *
   * @param credentials where systemd puts the service's credentials; null: nowhere
   */
  static byte[] read(Path file, String what, int maxBytes, @Nullable Path credentials) {
    try {
      if (!Files.isRegularFile(file)) {
        throw new AuthorityException(
            file + ": " + what + " is not there; make it, or correct the path");
      }
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
      boolean given = credentials != null && isCredential(file, credentials, permissions);
      if (!given && !OWNER.containsAll(permissions)) {
        throw new AuthorityException(
            file
                + ": others may open this "
                + what
                + " ("
                + PosixFilePermissions.toString(permissions)
                + "); run: chmod 600 "
                + file);
      }
      if (!given) {
        requireOurs(file, what);
      }
      if (Files.size(file) > maxBytes) {
        throw new AuthorityException(file + ": " + what + " is over " + maxBytes + " bytes");
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new AuthorityException(file + ": " + what + " cannot be read: " + reason(e), e);
    }
  }

  /** Writes a new file, whole and synced or not at all; never over one that is there. */
  static void create(Path file, byte[] content, String what) {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new AuthorityException(file + ": is there already and is not overwritten");
    }
    write(file, content, what);
  }

  /** Writes a file in the place of the one that is there, whole and synced or not at all. */
  static void replace(Path file, byte[] content, String what) {
    try {
      write(file.toRealPath(), content, what);
    } catch (IOException e) {
      throw unwritable(file, what, e);
    }
  }

  private static void write(Path file, byte[] content, String what) {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Path folder = Objects.requireNonNull(fresh.toAbsolutePath().getParent());
    try {
      Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(OWNER));
      Files.deleteIfExists(fresh);
      try (FileChannel channel =
          FileChannel.open(
              fresh,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
        ByteBuffer left = ByteBuffer.wrap(content);
        while (left.hasRemaining()) {
          channel.write(left);
        }
        channel.force(true);
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    } catch (IOException e) {
      throw unwritable(file, what, e);
    }
  }

  private static AuthorityException unwritable(Path file, String what, IOException e) {
    return new AuthorityException(
        file
            + ": "
            + what
            + " cannot be written ("
            + reason(e)
            + "); check owner and permissions of the folder and free space",
        e);
  }

  /**
   * systemd's are root's, and open to the service's user alone by an access control list, which
   * shows as the group's permission to read; or the user's own.
   */
  private static boolean isCredential(
      Path file, Path credentials, Set<PosixFilePermission> permissions) throws IOException {
    @Nullable Path folder = file.toAbsolutePath().normalize().getParent();
    if (!credentials.toAbsolutePath().normalize().equals(folder)
        || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        || !CREDENTIAL.containsAll(permissions)) {
      return false;
    }
    int owner = uid(file);
    return owner == ROOT || owner == us();
  }

  /** Root may read anybody's, as for a service that has a user of its own. */
  private static void requireOurs(Path file, String what) throws IOException {
    int us = us();
    if (us != ANYBODY && us != ROOT && us != uid(file)) {
      throw new AuthorityException(
          file + ": " + what + " belongs to another user; change its owner to the service's user");
    }
  }

  private static int us() throws IOException {
    return Files.exists(OURSELVES) ? uid(OURSELVES) : ANYBODY;
  }

  private static int uid(Path file) throws IOException {
    return (Integer) Files.getAttribute(file, "unix:uid");
  }

  /** The kind of failure; the JDK's message is often the path alone. */
  private static String reason(IOException e) {
    return e.getClass().getSimpleName() + (e.getMessage() == null ? "" : " " + e.getMessage());
  }
}
