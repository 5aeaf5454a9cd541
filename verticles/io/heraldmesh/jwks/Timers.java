package io.heraldmesh.jwks;

import io.vertx.core.Vertx;
import java.time.Duration;

/** When to do things again; a test winds it by hand. */
interface Timers {

  /** Runs an action once, on the caller's context. */
  Running after(Duration delay, Runnable action);

  /** A timer that has been set. */
  interface Running {
    void cancel();
  }

  static Timers of(Vertx vertx) {
    return (delay, action) -> {
      long id = vertx.setTimer(Math.max(1, delay.toMillis()), fired -> action.run());
      return () -> vertx.cancelTimer(id);
    };
  }
}
