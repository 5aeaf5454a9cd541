package io.heraldmesh.jwt;

import org.jspecify.annotations.Nullable;

/** The key sets that were fetched so far. An immutable view; swapped whole. */
@FunctionalInterface
public interface KeySets {

  /** No set was ever fetched. */
  KeySets NONE = source -> null;

  /** The last good set of {@code source}, or null when it was never fetched. */
  @Nullable KeySet get(KeySource source);

  /**
   * Told when a token that is good in all else asks for a key that the set of {@code source} lacks:
   * the issuer may have rotated its keys. Returns at once, never throws, and may do nothing.
   */
  default void unknownKey(KeySource source) {}
}
