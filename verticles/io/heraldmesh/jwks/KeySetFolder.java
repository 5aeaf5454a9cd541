package io.heraldmesh.jwks;

import io.heraldmesh.jwt.InvalidKeySet;
import io.heraldmesh.jwt.KeySource;
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
import java.time.Instant;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last good key set of each source in a file of its own (0600), so that it outlives the
 * process. A file is replaced whole or not at all; one that is not what was written is passed over
 * with a warning. Blocks; the calls of one source must not overlap.
 */
final class KeySetFolder {
  private static final Logger LOG = LoggerFactory.getLogger(KeySetFolder.class);
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_READS =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final String SUFFIX = ".json";

  /** No file that was written is longer: JSON in JSON, every character escaped. */
  private static final long LONGEST = 8L << 20;

  private final Path folder;

  KeySetFolder(Path folder) {
    this.folder = folder;
  }

  /** What was kept; null when there is nothing that can be used. */
  @Nullable KeptKeys read(KeySource source) {
    Path file = file(source);
    try {
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        return null;
      }
      if (Files.size(file) > LONGEST) {
        throw new KeptFile.Unusable("is longer than any that was written");
      }
      KeptFile kept = KeptFile.decode(Files.readAllBytes(file), name(source));
      return KeptKeys.parse(kept.keySet(), kept.when());
    } catch (KeptFile.Unusable | InvalidKeySet e) {
      LOG.warn("jwks_kept_ignored file={} problem=\"{}\"", file, e.getMessage());
    } catch (IOException e) {
      LOG.warn("jwks_kept_ignored file={} problem=\"{}\"", file, e.getClass().getSimpleName());
    }
    return null;
  }

  /** Durable when it returns. A failure is logged: the set in memory is none the worse for it. */
  void write(KeySource source, String keySet, Instant fetched) {
    Path file = file(source);
    Path beside = folder.resolve(file.getFileName() + ".new");
    try {
      Files.createDirectories(folder, OWNER_ONLY);
      Files.deleteIfExists(beside);
      try (FileChannel out =
          FileChannel.open(
              beside,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              OWNER_READS)) {
        ByteBuffer bytes = ByteBuffer.wrap(KeptFile.encode(name(source), fetched, keySet));
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
        out.force(true);
      }
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
        names.force(true);
      }
    } catch (IOException e) {
      LOG.warn(
          "jwks_not_kept file={} problem=\"{}\"; a restart while the issuer is away would have no"
              + " keys; check permissions and free space",
          file,
          e.getClass().getSimpleName());
    }
  }

  /** Deletes what is kept for any other source. */
  void keepOnly(Collection<KeySource> sources) {
    Set<Path> wanted = sources.stream().map(this::file).collect(Collectors.toSet());
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        if (!wanted.contains(file)) {
          Files.deleteIfExists(file);
        }
      }
    } catch (NoSuchFileException e) {
      // nothing was kept yet
    } catch (IOException e) {
      LOG.warn("jwks_kept_stays folder={} problem=\"{}\"", folder, e.getClass().getSimpleName());
    }
  }

  private Path file(KeySource source) {
    return folder.resolve(KeptFile.sha256(name(source)) + SUFFIX);
  }

  private static String name(KeySource source) {
    return switch (source) {
      case KeySource.Inline inline -> throw new IllegalArgumentException("not fetched");
      case KeySource.Remote(String uri) -> "jwksUri " + uri;
      case KeySource.Discovered(String issuer) -> "issuer " + issuer;
    };
  }
}
