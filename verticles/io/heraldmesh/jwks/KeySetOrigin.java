package io.heraldmesh.jwks;

import io.heraldmesh.jwt.KeySource;
import io.vertx.core.Future;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Whom a {@link KeySetService} asks for key sets. */
interface KeySetOrigin {

  /** Fails with {@link FetchFailure}; a set without any usable key is a failure too. */
  Future<FetchedKeys> fetch(Wish wish);

  Future<Void> close();

  /**
   * @param timeout of each document that is fetched from an issuer
   * @param held the set in force; null: none
   * @param keyMissed a token named a key that the set in force lacks
   */
  record Wish(KeySource source, Duration timeout, @Nullable HeldKeys held, boolean keyMissed) {}
}
