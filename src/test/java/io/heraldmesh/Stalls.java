package io.heraldmesh;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Time in which this process did not run at all: a thread that only wakes and sleeps was late. That
 * is the machine's doing, or the collector's, and no promise of Herald's is about it; a thread of
 * Herald's that waits for something does not hold this one up.
 */
public final class Stalls implements AutoCloseable {
  private static final long TICK = TimeUnit.MILLISECONDS.toNanos(5);

  /** Later than this is a stall; less is how threads are scheduled. */
  private static final long LATE = TimeUnit.MILLISECONDS.toNanos(50);

  private final AtomicLong stalled = new AtomicLong();
  private final Thread ticker;
  private volatile boolean over;

  private Stalls() {
    ticker = Thread.ofPlatform().daemon().name("stalls").start(this::tick);
  }

  public static Stalls watch() {
    return new Stalls();
  }

  private void tick() {
    long before = System.nanoTime();
    while (!over) {
      LockSupport.parkNanos(TICK);
      long now = System.nanoTime();
      if (now - before > LATE) {
        stalled.addAndGet(now - before);
      }
      before = now;
    }
  }

  /** So far. */
  public Duration time() {
    return Duration.ofNanos(stalled.get());
  }

  @Override
  public void close() {
    over = true;
    LockSupport.unpark(ticker);
  }
}
