package io.heraldmesh.proxy;

import io.heraldmesh.bus.SnapshotProof.Held;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has what is in force written to disk: one at a time, and after it the newest of those that came
 * meanwhile. What cannot be written is tried again until it can, or something newer is there.
 * Nothing waits for the disk but who says so. Thread-safe.
 */
final class SnapshotKeeping {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotKeeping.class);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private final Vertx vertx;
  private final KeptSnapshot kept;
  private final FailuresInARow failures = new FailuresInARow();
  private Duration pause = FIRST_PAUSE;
  private @Nullable Held waiting;
  private Promise<Void> next = Promise.promise();
  private boolean writing;
  private boolean closed;
  private long timer = -1;

  SnapshotKeeping(Vertx vertx, KeptSnapshot kept) {
    this.vertx = vertx;
    this.kept = kept;
  }

  /**
   * Completes, and does not fail, once this one or a newer one is on disk, or could not be written:
   * then none is there, as {@link KeptSnapshot#keep} says.
   */
  synchronized Future<Void> keep(Held held) {
    Future<Void> done = next.future();
    waiting = held;
    writeNext();
    return done;
  }

  /** Nothing is tried again any more. */
  synchronized void close() {
    closed = true;
    vertx.cancelTimer(timer);
  }

  private synchronized void writeNext() {
    Held held = waiting;
    if (held == null || writing || closed) {
      return;
    }
    Promise<Void> promise = next;
    vertx.cancelTimer(timer);
    waiting = null;
    next = Promise.promise();
    writing = true;
    vertx
        .executeBlocking(() -> kept.keep(held.revision(), held.snapshot()), /* ordered= */ false)
        .otherwise(e -> false)
        .onSuccess(
            written -> {
              tell(held, written);
              goOn(held, written);
              promise.complete();
            });
  }

  private synchronized void goOn(Held tried, boolean written) {
    writing = false;
    if (written) {
      pause = FIRST_PAUSE;
    }
    if (written || waiting != null) {
      writeNext();
    } else if (!closed) {
      waiting = tried;
      timer = vertx.setTimer(pause.toMillis(), fired -> writeNext());
      Duration doubled = pause.multipliedBy(2);
      pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    }
  }

  private void tell(Held held, boolean written) {
    if (!written) {
      int told = failures.failed();
      if (told > 0) {
        LOG.error(
            "snapshot not kept revision={} failures={}: {}", held.revision(), told, kept.problem());
      }
      return;
    }
    int before = failures.succeeded();
    if (before > 0) {
      LOG.info("snapshot kept again revision={} failures={}", held.revision(), before);
    }
  }
}
