package io.heraldmesh.jwks;

import io.heraldmesh.jwt.InvalidKeySet;
import io.heraldmesh.jwt.KeySet;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A key set with at least one usable key.
 *
 * @param json as it was received
 * @param maxAge how long its issuer says it holds; null when it does not say
 * @param fetched when it came from its issuer; null: now
 * @param problem it is not new: its issuer could not be asked, for this reason; null: it is
 * @param again a key that was missed is to be looked for once more in so long; null: it need not
 */
record FetchedKeys(
    KeySet set,
    String json,
    @Nullable Duration maxAge,
    @Nullable Instant fetched,
    @Nullable String problem,
    @Nullable Duration again) {

  /** Straight from the issuer. */
  static FetchedKeys parse(String json, @Nullable Duration maxAge) throws FetchFailure {
    try {
      KeySet set = KeySet.parse(json);
      if (set.isEmpty()) {
        throw new FetchFailure("key set has no usable key: " + set.skipped());
      }
      return new FetchedKeys(set, json, maxAge, null, null, null);
    } catch (InvalidKeySet e) {
      throw new FetchFailure("" + e.getMessage());
    }
  }
}
