package io.heraldmesh.node;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for what a start or a stop has begun; not for event loops. */
final class StartWait {
  private StartWait() {}

  /**
   * What came of it.
   *
   * @throws StartFailure when it fails, with its reason, or is not done in time
   */
  static <T> T await(Future<T> future, Duration time) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw StartFailure.cannotStart("interrupted");
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw cause instanceof StartFailure failure
          ? failure
          : StartFailure.cannotStart(
              cause.getMessage() == null ? cause.toString() : cause.getMessage());
    } catch (TimeoutException e) {
      throw StartFailure.cannotStart("not done within " + time.toSeconds() + " s");
    }
  }
}
