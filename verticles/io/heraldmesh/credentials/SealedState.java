package io.heraldmesh.credentials;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node holds good, sealed on its disk (AES-256-GCM) with a key in a file of its own (0600):
 * what was verified when it came is believed again after a restart, by this node alone. A file that
 * is not what was written counts as none. Blocks for the disk; for one writer at a time.
 */
public final class SealedState {
  /** The folder's name in stateDir. */
  public static final String FOLDER = "sealed";

  private static final Logger LOG = LoggerFactory.getLogger(SealedState.class);
  private static final byte[] MAGIC = "HLDS".getBytes(StandardCharsets.US_ASCII);

  /** Of the file; a higher one is not read. */
  private static final int FORMAT = 1;

  private static final String KEY = "seal.key";
  private static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final long MOST_BYTES = 64L << 20;
  private static final FileAttribute<?> FOLDER_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<?> FILE_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path folder;
  private final SecureRandom random;
  private final SecretKeySpec key;

  /**
   * Makes folder and key when they are not there.
   *
   * @throws IOException when that cannot be
   */
  public SealedState(Path folder, SecureRandom random) throws IOException {
    this.folder = folder;
    this.random = random;
    Files.createDirectories(folder, FOLDER_MODE);
    Path file = folder.resolve(KEY);
    if (!Files.exists(file)) {
      byte[] fresh = new byte[KEY_BYTES];
      random.nextBytes(fresh);
      writeWhole(folder, file, fresh);
    }
    byte[] read = Files.readAllBytes(file);
    if (read.length != KEY_BYTES) {
      throw new IOException(file + " is not a key; remove it, the node then starts without state");
    }
    this.key = new SecretKeySpec(read, "AES");
  }

  /**
   * Puts {@code content} in the place of what had this name; synced when it returns. When it fails,
   * either may be there.
   */
  public void write(String name, byte[] content) throws IOException {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    byte[] head = head(nonce);
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, head, name).doFinal(content);
      byte[] all = new byte[head.length + sealed.length];
      System.arraycopy(head, 0, all, 0, head.length);
      System.arraycopy(sealed, 0, all, head.length, sealed.length);
      writeWhole(folder, folder.resolve(name), all);
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot seal " + name, e);
    }
  }

  /** What was written under this name; empty, with a warning, when it is no longer that. */
  public Optional<byte[]> read(String name) {
    Path file = folder.resolve(name);
    try {
      if (!Files.exists(file)) {
        return Optional.empty();
      }
      if (Files.size(file) > MOST_BYTES) {
        throw new IOException("over " + MOST_BYTES + " bytes");
      }
      byte[] all = Files.readAllBytes(file);
      int headBytes = MAGIC.length + Integer.BYTES + NONCE_BYTES;
      if (all.length < headBytes) {
        throw new IOException("ends early");
      }
      byte[] nonce = new byte[NONCE_BYTES];
      System.arraycopy(all, headBytes - NONCE_BYTES, nonce, 0, NONCE_BYTES);
      byte[] head = head(nonce);
      if (!ByteBuffer.wrap(all, 0, headBytes).equals(ByteBuffer.wrap(head))) {
        throw new IOException("is of another format than " + FORMAT);
      }
      return Optional.of(
          cipher(Cipher.DECRYPT_MODE, nonce, head, name)
              .doFinal(all, headBytes, all.length - headBytes));
    } catch (IOException | GeneralSecurityException e) {
      LOG.warn("state not used file={} reason=\"{}\"", file, e.getMessage());
      return Optional.empty();
    }
  }

  /** The names of what was written and begins like this. */
  public Set<String> names(String prefix) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith(prefix))
          .collect(Collectors.toUnmodifiableSet());
    }
  }

  /**
   * Takes away all that was written in {@code folder}, also what can no longer be read; the key
   * stays. Synced when it returns. Root may do it in the folder of a service, whose user may swap
   * what is in it meanwhile, so links are never followed.
   *
   * @return false: there was nothing
   * @throws IOException when {@code folder} is a link, or something in it cannot be taken away
   */
  public static boolean forget(Path folder) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    if (Files.isSymbolicLink(folder)) {
      throw new IOException(folder + " is a link, which is not followed; remove it");
    }
    Path stateDir = Objects.requireNonNull(folder.toAbsolutePath().getParent());
    boolean any = false;
    try (DirectoryStream<Path> above = Files.newDirectoryStream(stateDir)) {
      if (!(above instanceof SecureDirectoryStream<Path> in)) {
        throw new IOException("what is in " + folder + " cannot be taken away without its links");
      }
      try (SecureDirectoryStream<Path> files =
          in.newDirectoryStream(folder.getFileName(), LinkOption.NOFOLLOW_LINKS)) {
        for (Path file : files) {
          Path name = file.getFileName();
          if (!name.endsWith(KEY) && !isFolder(files, name)) {
            files.deleteFile(name);
            any = true;
          }
        }
      }
    }
    sync(folder);
    return any;
  }

  private static boolean isFolder(SecureDirectoryStream<Path> in, Path name) throws IOException {
    return Objects.requireNonNull(
            in.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS))
        .readAttributes()
        .isDirectory();
  }

  /** Takes away what has this name, if there is any; synced when it returns. */
  public void remove(String name) throws IOException {
    if (Files.deleteIfExists(folder.resolve(name))) {
      sync(folder);
    }
  }

  private Cipher cipher(int mode, byte[] nonce, byte[] head, String name)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(head);
    // A file under another's name is not what was written there.
    cipher.updateAAD(name.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }

  private static byte[] head(byte[] nonce) {
    return ByteBuffer.allocate(MAGIC.length + Integer.BYTES + NONCE_BYTES)
        .put(MAGIC)
        .putInt(FORMAT)
        .put(nonce)
        .array();
  }

  private static void writeWhole(Path folder, Path file, byte[] content) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    try {
      writeSynced(fresh, content);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      discard(fresh, e);
      throw e;
    }
    sync(folder);
  }

  private static void writeSynced(Path file, byte[] content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), FILE_MODE)) {
      ByteBuffer left = ByteBuffer.wrap(content);
      while (left.hasRemaining()) {
        channel.write(left);
      }
      channel.force(true);
    }
  }

  /** A half of a file takes the room that the next try needs. */
  private static void discard(Path file, IOException cause) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /** A name that was given or taken away is so after a power cut, too. */
  private static void sync(Path folder) throws IOException {
    try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
      names.force(true);
    }
  }
}
