package io.heraldmesh.node;

import io.vertx.core.Future;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits a moment for what makes the end of this node easier for others, and for no longer. */
final class HandOver {
  private static final Logger LOG = LoggerFactory.getLogger(HandOver.class);
  private static final long WITHIN_SECONDS = 2;

  private HandOver() {}

  static void await(Future<?> future) {
    try {
      future.toCompletionStage().toCompletableFuture().get(WITHIN_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("others will notice by themselves that this node is gone: {}", e.toString());
    }
  }
}
