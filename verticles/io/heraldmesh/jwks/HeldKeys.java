package io.heraldmesh.jwks;

import io.heraldmesh.jwt.InvalidKeySet;
import io.heraldmesh.jwt.KeySet;
import java.time.Instant;

/**
 * A good key set.
 *
 * @param json as it was received
 * @param fetched when it came from its issuer
 */
record HeldKeys(KeySet set, String json, Instant fetched) {

  /** One that outlived its process. */
  static HeldKeys parse(String json, Instant fetched) throws InvalidKeySet {
    KeySet set = KeySet.parse(json);
    if (set.isEmpty()) {
      throw new InvalidKeySet("key set has no usable key");
    }
    return new HeldKeys(set, json, fetched);
  }
}
