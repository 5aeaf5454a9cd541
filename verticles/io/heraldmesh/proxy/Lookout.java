package io.heraldmesh.proxy;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Looks again and again until something is so, however long that takes.
 *
 * @param later has the next look done after a pause
 */
record Lookout(Consumer<Runnable> later) {

  /** Completes at the first look at which {@code there} says so; the first is now. */
  Future<Void> until(BooleanSupplier there) {
    Promise<Void> promise = Promise.promise();
    look(there, promise);
    return promise.future();
  }

  private void look(BooleanSupplier there, Promise<Void> promise) {
    if (there.getAsBoolean()) {
      promise.complete();
    } else {
      later.accept(() -> look(there, promise));
    }
  }
}
