package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Holds the promise of a second after a change, whatever else the machine does: a thread that wants
 * to run every few milliseconds counts the time for which this process was kept from running, and
 * that time is not held against it.
 */
final class OneSecond {
  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private OneSecond() {}

  /** Makes a change. */
  interface Change {
    void make() throws Exception;
  }

  /**
   * Makes {@code change}, which is in force when it returns, and waits.
   *
   * @param left what is still there; empty when all has come about
   */
  static void after(Change change, Supplier<String> left) throws Exception {
    AtomicLong kept = new AtomicLong();
    AtomicBoolean over = new AtomicBoolean();
    Thread ticker = Thread.ofPlatform().daemon().start(() -> count(kept, over));
    try {
      change.make();
      long start = System.nanoTime();
      String still = left.get();
      while (!still.isEmpty() && System.nanoTime() - start < PATIENCE_NANOS) {
        LockSupport.parkNanos(STEP_NANOS);
        still = left.get();
      }
      long took = System.nanoTime() - start - kept.get();
      assertThat(still).as("still there after %s", Duration.ofNanos(took)).isEmpty();
      assertThat(Duration.ofNanos(took)).isLessThanOrEqualTo(Duration.ofSeconds(1));
    } finally {
      over.set(true);
      ticker.join();
    }
  }

  private static void count(AtomicLong kept, AtomicBoolean over) {
    while (!over.get()) {
      long before = System.nanoTime();
      LockSupport.parkNanos(STEP_NANOS);
      kept.addAndGet(Math.max(0, System.nanoTime() - before - 2 * STEP_NANOS));
    }
  }
}
