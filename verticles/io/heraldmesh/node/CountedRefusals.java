package io.heraldmesh.node;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Refusals that were only counted go into the audit log before the database is gone. */
final class CountedRefusals {
  private static final Logger LOG = LoggerFactory.getLogger(CountedRefusals.class);
  private static final long WRITE_SECONDS = 2;

  private CountedRefusals() {}

  /** Waits until they are written, for no longer than a stop may take. */
  static void await(CompletableFuture<Void> written) {
    try {
      written.get(WRITE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("how many more were refused is not in the audit log: {}", e.toString());
    }
  }
}
