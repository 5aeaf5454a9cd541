package io.heraldmesh.proxy;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;

/** Waiting for something that may fail or never come, and that nothing may be held up by. */
final class BoundedWait {
  private BoundedWait() {}

  /**
   * Completes with {@code wanted}, whatever its outcome, or when the time is over; never fails.
   * What was waited for goes on.
   *
   * @param time at least 1 ms
   */
  static Future<Void> within(Vertx vertx, Duration time, Future<?> wanted) {
    Promise<Void> over = Promise.promise();
    long timer = vertx.setTimer(time.toMillis(), fired -> over.tryComplete());
    wanted.onComplete(
        done -> {
          vertx.cancelTimer(timer);
          over.tryComplete();
        });
    return over.future();
  }
}
