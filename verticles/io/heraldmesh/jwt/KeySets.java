package io.heraldmesh.jwt;

import org.jspecify.annotations.Nullable;

/** The key sets that were fetched so far. An immutable view; swapped whole. */
@FunctionalInterface
public interface KeySets {

  /** No set was ever fetched. */
  KeySets NONE = source -> null;

  /** The last good set of {@code source}, or null when it was never fetched. */
  @Nullable KeySet get(KeySource source);
}
