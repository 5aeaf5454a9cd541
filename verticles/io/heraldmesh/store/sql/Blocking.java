package io.heraldmesh.store.sql;

import io.heraldmesh.store.StateFileException;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.StoreException.Reason;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Waits for the writer, for callers that want the answer in place. */
final class Blocking {
  private Blocking() {}

  static <T> T get(CompletableFuture<T> future, String name) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(
          Reason.OUTCOME_UNKNOWN, name + ": interrupted while waiting for the database", e);
    } catch (ExecutionException e) {
      throw switch (e.getCause()) {
        case StoreException ours -> ours;
        case IllegalArgumentException ours -> ours;
        case StateFileException ours -> ours;
        case UncheckedIOException ours -> ours;
        case null, default -> new StoreException(Reason.FAILED, name + ": failed", e);
      };
    }
  }
}
