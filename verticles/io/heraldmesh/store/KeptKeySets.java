package io.heraldmesh.store;

import java.util.Collection;
import java.util.Optional;

/**
 * The last good key set of each token issuer, for the control node that fetches next. It can be had
 * from the issuer again, so it is no state: it is in no backup.
 */
public interface KeptKeySets {

  /** What was kept under this name. */
  Optional<String> read(String name);

  /** Puts {@code content} in the place of what has this name. */
  void write(String name, String content);

  /** Drops all others. */
  void keepOnly(Collection<String> names);
}
