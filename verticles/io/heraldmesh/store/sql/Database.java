package io.heraldmesh.store.sql;

import io.heraldmesh.store.StoreException;
import java.util.concurrent.CompletableFuture;

/** Runs work in transactions. Everything throws {@link StoreException}. */
interface Database extends AutoCloseable {

  /** Where it is, for messages. */
  String name();

  Dialect dialect();

  boolean shared();

  /** Runs {@code work} on what was committed at one moment. */
  <T> T read(Work<T> work);

  /** Runs {@code work} and commits it; what it did is on disk when this returns. */
  <T> T write(Work<T> work);

  /** Adds {@code item} in one transaction with what others add within a few milliseconds. */
  <P> CompletableFuture<Void> append(Batch<P> batch, P item);

  default StoreException damaged(String what) {
    return new StoreException(
        StoreException.Reason.DAMAGED,
        name() + ": is damaged (" + what + "); " + dialect().remedy());
  }

  @Override
  void close();
}
