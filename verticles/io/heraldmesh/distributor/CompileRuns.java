package io.heraldmesh.distributor;

import io.heraldmesh.bus.Revision;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * When the compiler runs: one run at a time, and one for a burst of changes. While thousands of
 * nodes come, there is always another change, and a run looks at all of them; so a run that nobody
 * asked for by hand waits the longer the longer the one before took. One that somebody did ask for
 * comes almost at once. After many runs of either kind in a row each waits ({@link Pacing}). Lives
 * on one event loop.
 */
final class CompileRuns {
  /** How long somebody who waits for a change waits for others of the same burst. */
  private static final Duration ALMOST_AT_ONCE = Duration.ofMillis(10);

  /** How long to wait for more changes of a burst. */
  private static final Duration BURST = Duration.ofMillis(50);

  /** How many times as long as a run the pause after it is, and the longest one. */
  private static final int PAUSE = 4;

  private static final Duration LONGEST = Duration.ofMillis(500);

  private final Vertx vertx;
  private final BooleanSupplier ready;
  private final Supplier<Future<Revision>> run;
  private final Pacing pacing;
  private @Nullable Promise<Revision> next;
  private boolean running;
  private boolean urgent;
  private @Nullable Throwable closed;
  private long timer = -1;
  private long tookMillis;

  /**
   * @param ready asked until it says so before a run
   * @param run one run, which must end
   */
  CompileRuns(Vertx vertx, BooleanSupplier ready, Supplier<Future<Revision>> run, Pacing pacing) {
    this.vertx = vertx;
    this.ready = ready;
    this.run = run;
    this.pacing = pacing;
  }

  /**
   * Joins the run that has not begun yet.
   *
   * @param soon somebody waits for what comes of it
   */
  Future<Revision> ask(boolean soon) {
    if (closed != null) {
      return Future.failedFuture(closed);
    }
    Promise<Revision> joined = next;
    if (joined == null) {
      joined = Promise.promise();
      next = joined;
      urgent = soon;
      later();
    } else if (soon && !urgent) {
      urgent = true;
      later();
    }
    return joined.future();
  }

  /**
   * A run that has not begun does not, and fails with that; so does all that is asked for later.
   */
  void close(Throwable why) {
    closed = why;
    vertx.cancelTimer(timer);
    Promise<Revision> waiting = next;
    next = null;
    if (waiting != null) {
      waiting.fail(why);
    }
  }

  private void later() {
    if (!running) {
      vertx.cancelTimer(timer);
      timer = vertx.setTimer(pause(), id -> begin());
    }
  }

  private long pause() {
    long least =
        urgent
            ? ALMOST_AT_ONCE.toMillis()
            : Math.clamp(tookMillis * PAUSE, BURST.toMillis(), LONGEST.toMillis());
    return Math.max(least, pacing.untilNext().toMillis());
  }

  private void begin() {
    Promise<Revision> mine = next;
    if (mine == null) {
      return;
    }
    if (!ready.getAsBoolean()) {
      timer = vertx.setTimer(BURST.toMillis(), id -> begin());
      return;
    }
    next = null;
    pacing.begun();
    urgent = false;
    running = true;
    long from = System.nanoTime();
    run.get()
        .onComplete(
            done -> {
              running = false;
              tookMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from);
              mine.handle(done);
              if (next != null) {
                later();
              }
            });
  }
}
