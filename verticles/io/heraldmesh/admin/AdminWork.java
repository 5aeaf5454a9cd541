package io.heraldmesh.admin;

import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.distributor.source.Acceptance;
import io.heraldmesh.store.StoreException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;

/**
 * Does what blocks for the database or the compiler on virtual threads of its own, so that neither
 * an event loop nor the compiler's workers wait for it.
 */
final class AdminWork {
  private static final int MOST_AT_ONCE = 256;

  private final Semaphore free = new Semaphore(MOST_AT_ONCE);

  /** Fails with a {@link BusException}, whatever {@code work} throws of what may be expected. */
  <T> Future<T> run(Callable<T> work) {
    if (!free.tryAcquire()) {
      return Future.failedFuture(
          new BusException(BusFailure.OVERLOADED, "too many admin requests at once"));
    }
    Promise<T> promise = Promise.promise();
    Thread.ofVirtual()
        .name("herald-admin")
        .start(
            () -> {
              try {
                promise.complete(work.call());
              } catch (Exception e) {
                promise.fail(told(e));
              } finally {
                free.release();
              }
            });
    return promise.future();
  }

  private static Exception told(Exception e) {
    return switch (e) {
      case StoreException store ->
          new BusException(
              store.mayPass() ? BusFailure.NOT_READY : BusFailure.INTERNAL,
              String.valueOf(store.getMessage()));
      case Acceptance.Overtaken overtaken ->
          new BusException(BusFailure.OVERLOADED, String.valueOf(overtaken.getMessage()));
      default -> e;
    };
  }
}
