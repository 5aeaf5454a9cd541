package io.heraldmesh;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what a test is about, with a deadline. */
public final class Await {
  private static final long DEADLINE_SECONDS = 30;

  private Await() {}

  /** The result; fails with the future's own cause. */
  public static <T> T result(Future<T> future) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError("did not complete in time", e);
    }
  }

  /** Why it failed; fails when it did not. */
  public static Throwable failure(Future<?> future) {
    try {
      Object value =
          future.toCompletionStage().toCompletableFuture().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
      throw new AssertionError("expected a failure, got " + value);
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError("did not complete in time", e);
    }
  }

  /** Returns once {@code condition} holds; fails when it does not before the deadline. */
  public static void until(String what, BooleanSupplier condition) {
    until(Duration.ofSeconds(DEADLINE_SECONDS), what, condition);
  }

  /** As above, for what is known to take its time. */
  public static void until(Duration deadline, String what, BooleanSupplier condition) {
    long end = System.nanoTime() + deadline.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("did not come true in time: " + what);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
    }
  }
}
