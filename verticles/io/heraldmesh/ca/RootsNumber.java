package io.heraldmesh.ca;

import io.heraldmesh.identity.PemFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Since when this control node's roots have been in force, in milliseconds since 1970, over
 * restarts: one that starts again with the roots that it had is not newer than another that has
 * taken further ones meanwhile. Blocks for the disk.
 */
public final class RootsNumber {
  private static final Logger LOG = LoggerFactory.getLogger(RootsNumber.class);
  private static final String FILE = "roots-number";
  private static final Pattern KEPT = Pattern.compile("([0-9a-f]{64}) ([0-9]{1,18})\\n");

  private final @Nullable Path folder;

  /**
   * @param folder where it is kept; null: nowhere
   */
  public RootsNumber(@Nullable Path folder) {
    this.folder = folder;
  }

  /** Of the authority that a control node starts with. */
  long first(Authority authority, Instant now) {
    Kept kept = kept();
    if (kept != null && kept.roots().equals(authority.bundle().digest())) {
      return kept.number();
    }
    return next(authority, kept == null ? 0 : kept.number(), now);
  }

  /** Of an authority with other roots than those of {@code before}. */
  long next(Authority authority, long before, Instant now) {
    long number = Math.max(before + 1, now.toEpochMilli());
    keep(new Kept(authority.bundle().digest(), number));
    return number;
  }

  private record Kept(String roots, long number) {}

  private @Nullable Kept kept() {
    if (folder == null) {
      return null;
    }
    Path file = folder.resolve(FILE);
    try {
      Matcher read = KEPT.matcher(Files.readString(file));
      if (read.matches()) {
        return new Kept(read.group(1), Long.parseLong(read.group(2)));
      }
      LOG.warn("{}: is not what was written there, the roots count as new", file);
    } catch (NoSuchFileException e) {
      LOG.debug("{}: not there, the roots are new", file);
    } catch (IOException e) {
      LOG.warn("{}: cannot be read, the roots count as new: {}", file, e.getMessage());
    }
    return null;
  }

  private void keep(Kept now) {
    if (folder == null) {
      return;
    }
    try {
      new PemFolder(folder).writeAlone(FILE, now.roots() + " " + now.number() + "\n");
    } catch (IOException e) {
      LOG.warn(
          "{}: cannot be written, the roots will count as new at the next start: {}",
          folder.resolve(FILE),
          e.getMessage());
    }
  }
}
