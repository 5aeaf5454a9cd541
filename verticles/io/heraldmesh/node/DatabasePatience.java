package io.heraldmesh.node;

import io.heraldmesh.store.Store;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.StoreException.Reason;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * How long a node waits for a database that cannot be reached while it starts, as when a whole mesh
 * is switched on. What does not pass by itself ends the start at once.
 *
 * @param limit no attempt begins later
 * @param nanos as {@link System#nanoTime}
 * @param pause waits, on the thread that starts the node
 */
record DatabasePatience(Duration limit, LongSupplier nanos, Pause pause) {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /** Of {@code herald run}. */
  static final DatabasePatience OF_A_NODE =
      new DatabasePatience(Duration.ofSeconds(60), System::nanoTime, Thread::sleep);

  /** Passes time. */
  @FunctionalInterface
  interface Pause {
    void of(Duration time) throws InterruptedException;
  }

  /**
   * Opens it, as often as it takes.
   *
   * @param told what is wrong, after each attempt that another one follows
   * @throws StoreException when it cannot be used, or not in time
   */
  Store open(Supplier<Store> opening, Consumer<String> told) {
    long began = nanos.getAsLong();
    Duration wait = FIRST_PAUSE;
    for (int attempt = 1; ; attempt++) {
      try {
        return opening.get();
      } catch (StoreException e) {
        Duration spent = Duration.ofNanos(nanos.getAsLong() - began);
        String tried = tried(attempt, spent);
        if (!passes(e)) {
          throw e;
        }
        if (spent.plus(wait).compareTo(limit) > 0) {
          throw new StoreException(e.reason(), e.getMessage() + "; gave up, " + tried, e);
        }
        told.accept(e.getMessage() + "; " + tried);
      }
      sleep(wait);
      wait = shorter(wait.multipliedBy(2), LONGEST_PAUSE);
    }
  }

  /**
   * What opening does in the database is done in one transaction, and is there when it is found.
   */
  private static boolean passes(StoreException e) {
    return switch (e.reason()) {
      case UNREACHABLE, BUSY, OUTCOME_UNKNOWN -> true;
      case DAMAGED, FOREIGN, FORMAT, IN_USE, TAKEN, FULL, NOT_WRITABLE, CLOSED, FAILED -> false;
    };
  }

  private String tried(int attempts, Duration spent) {
    return "tried %d times in %d of %d s".formatted(attempts, spent.toSeconds(), limit.toSeconds());
  }

  private void sleep(Duration time) {
    try {
      pause.of(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(Reason.UNREACHABLE, "interrupted while waiting for the database", e);
    }
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
