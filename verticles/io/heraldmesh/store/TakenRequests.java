package io.heraldmesh.store;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/**
 * Signed requests that some control node has taken, until they have expired, so that each has its
 * effect once however many control nodes it reaches. Time is the database's. It is no state: it is
 * in no backup, since what it is about has expired by then. Thread-safe.
 */
public interface TakenRequests {

  /** What became of a request. */
  enum Answer {
    /** Nobody had taken it; now the caller has. */
    NEW,
    /** Somebody has. */
    TAKEN_BEFORE,
    /** By the database's clock its time is up, so that it may be forgotten. */
    LATE
  }

  /**
   * Takes a request, together with what others write in the same few milliseconds. Completes once
   * that is synced to disk; fails with {@link StoreException} when it could not be.
   *
   * @param id unique for the sender
   * @param until from when on nobody would take it any more
   */
  CompletableFuture<Answer> take(String sender, String id, Instant until);
}
