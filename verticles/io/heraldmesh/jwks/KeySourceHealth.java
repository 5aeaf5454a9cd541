package io.heraldmesh.jwks;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How one source of keys is doing; holds no key and no secret.
 *
 * @param source its address, without the query, or its issuer
 * @param keys usable keys of the last good set; 0 when there is none yet
 * @param digest of the last good set
 * @param lastSuccess when the last good set was fetched; null: never, and tokens that need it are
 *     answered with 503
 * @param kept the set comes from the folder: this process has not reached the source yet
 * @param lastError what went wrong since; null when the last fetch was good
 * @param failures in a row
 * @param failing since when; null when the last fetch was good
 */
public record KeySourceHealth(
    String source,
    int keys,
    @Nullable String digest,
    @Nullable Instant lastSuccess,
    boolean kept,
    @Nullable String lastError,
    int failures,
    @Nullable Instant failing) {

  /** A good set is in force; it may be an older one. */
  public boolean usable() {
    return lastSuccess != null;
  }
}
