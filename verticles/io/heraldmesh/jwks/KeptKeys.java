package io.heraldmesh.jwks;

import io.heraldmesh.jwt.InvalidKeySet;
import io.heraldmesh.jwt.KeySet;
import java.time.Instant;

/**
 * A key set that outlived its process.
 *
 * @param fetched when it came from its issuer
 */
record KeptKeys(KeySet set, Instant fetched) {

  static KeptKeys parse(String json, Instant fetched) throws InvalidKeySet {
    KeySet set = KeySet.parse(json);
    if (set.isEmpty()) {
      throw new InvalidKeySet("key set has no usable key");
    }
    return new KeptKeys(set, fetched);
  }
}
