package io.heraldmesh.jwks;

import io.heraldmesh.jwt.InvalidKeySet;
import io.heraldmesh.jwt.KeySource;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last good key set of each source on a shelf. What is not what was written is passed over with
 * a warning; no failure is anybody's but the log's. Blocks.
 */
final class KeptSets {
  private static final Logger LOG = LoggerFactory.getLogger(KeptSets.class);
  private static final String SUFFIX = ".json";

  private final KeySetShelf shelf;

  KeptSets(KeySetShelf shelf) {
    this.shelf = shelf;
  }

  /** What was kept; null when there is nothing that can be used. */
  @Nullable HeldKeys read(KeySource source) {
    try {
      Optional<byte[]> found = shelf.read(name(source));
      if (found.isEmpty()) {
        return null;
      }
      KeptFile kept = KeptFile.decode(found.get(), words(source));
      return HeldKeys.parse(kept.keySet(), kept.when());
    } catch (KeptFile.Unusable | InvalidKeySet e) {
      ignored(source, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      ignored(source, problem(e));
    }
    return null;
  }

  private void ignored(KeySource source, String problem) {
    LOG.warn("jwks_kept_ignored file={}/{} problem=\"{}\"", shelf, name(source), problem);
  }

  /**
   * A failure is logged: the set in memory is none the worse for it.
   *
   * @return false: it is not there, and worth another attempt
   */
  boolean write(KeySource source, String keySet, Instant fetched) {
    try {
      shelf.write(name(source), KeptFile.encode(words(source), fetched, keySet));
      return true;
    } catch (IOException e) {
      LOG.warn(
          "jwks_not_kept file={}/{} problem=\"{}\"; a restart while the issuer is away would have"
              + " no keys; check permissions and free space",
          shelf,
          name(source),
          problem(e));
      return false;
    }
  }

  /** Drops what is kept for any other source. */
  void keepOnly(Collection<KeySource> sources) {
    try {
      shelf.keepOnly(sources.stream().map(KeptSets::name).collect(Collectors.toSet()));
    } catch (IOException e) {
      LOG.warn("jwks_kept_stays folder={} problem=\"{}\"", shelf, problem(e));
    }
  }

  private static String problem(IOException e) {
    return e.getClass() == IOException.class
        ? String.valueOf(e.getMessage())
        : e.getClass().getSimpleName();
  }

  private static String name(KeySource source) {
    return KeptFile.sha256(words(source)) + SUFFIX;
  }

  private static String words(KeySource source) {
    return switch (source) {
      case KeySource.Inline inline -> throw new IllegalArgumentException("not fetched");
      case KeySource.Remote(String uri) -> "jwksUri " + uri;
      case KeySource.Discovered(String issuer) -> "issuer " + issuer;
    };
  }
}
