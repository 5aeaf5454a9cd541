package io.heraldmesh.store;

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
      throw new StoreException(name + ": interrupted while waiting for the database", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof StoreException ours
          ? ours
          : new StoreException(name + ": failed", e);
    }
  }
}
