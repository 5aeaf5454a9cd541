package io.heraldmesh.jwt;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A token that passed every check, with all that the answer rested on besides the token itself and
 * the rules. While {@link #holds} is true, checking the token again would give the same answer.
 *
 * @param exp in seconds since 1970
 * @param nbf in seconds since 1970
 * @param key the one under which the signature held
 * @param keys where that key stood
 * @param passedOver the rules in front of the one that answered: they did not, with these keys
 */
record Verification(
    VerifiedToken token,
    long exp,
    @Nullable Long nbf,
    VerificationKey key,
    Keys keys,
    List<Keys> passedOver) {

  /**
   * A key set as it was looked at.
   *
   * @param set null: it had never been fetched
   */
  record Keys(KeySource source, @Nullable KeySet set) {

    /** What stands in the rule itself stays as it is for as long as the rule does. */
    private @Nullable KeySet now(KeySets sets) {
      return source instanceof KeySource.Inline ? set : sets.get(source);
    }

    private boolean isUnchanged(KeySets sets) {
      KeySet now = now(sets);
      return now == set || now != null && set != null && now.digest().equals(set.digest());
    }

    private boolean has(VerificationKey key, KeySets sets) {
      KeySet now = now(sets);
      return now != null && (now == set || now.contains(key));
    }
  }

  /** Costs no signature check. */
  boolean holds(KeySets sets, Instant now) {
    return TokenVerifier.outOfTime(exp, nbf, now.getEpochSecond()) == null && isKeyThere(sets);
  }

  /** Whether the same rule would still find the same key. */
  boolean isKeyThere(KeySets sets) {
    for (Keys before : passedOver) {
      if (!before.isUnchanged(sets)) {
        return false;
      }
    }
    return keys.has(key, sets);
  }
}
