package io.heraldmesh.jwks;

import io.heraldmesh.jwt.InvalidKeySet;
import io.heraldmesh.jwt.KeySet;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A key set with at least one usable key.
 *
 * @param json as it was received
 * @param maxAge how long its issuer says it holds; null when it does not say
 */
record FetchedKeys(KeySet set, String json, @Nullable Duration maxAge) {

  static FetchedKeys parse(Document document) throws FetchFailure {
    try {
      KeySet set = KeySet.parse(document.text());
      if (set.isEmpty()) {
        throw new FetchFailure("key set has no usable key: " + set.skipped());
      }
      return new FetchedKeys(set, document.text(), document.maxAge());
    } catch (InvalidKeySet e) {
      throw new FetchFailure("" + e.getMessage());
    }
  }
}
