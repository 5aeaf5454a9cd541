package io.heraldmesh.credentials;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has what is in force written to disk: one at a time, and each time the newest. What cannot be
 * written is tried again until it can. Nothing waits for the disk. Thread-safe.
 */
public final class Keeping implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Keeping.class);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private final Vertx vertx;
  private final String without;
  private final Newest newest;
  private Duration pause = FIRST_PAUSE;
  private int failures;
  private boolean waiting;
  private boolean writing;
  private boolean closed;
  private long timer = -1;
  private volatile @Nullable String problem;

  /** What is in force at this moment. */
  @FunctionalInterface
  public interface Newest {
    /**
     * Puts it on disk; may block.
     *
     * @throws IOException when it cannot be written; what is on disk is whole
     */
    void write() throws IOException;
  }

  /**
   * @param without what is not on disk then, and what a restart comes to; for operators
   */
  public Keeping(Vertx vertx, String without, Newest newest) {
    this.vertx = vertx;
    this.without = without;
    this.newest = newest;
  }

  /** There is something newer. */
  public synchronized void changed() {
    waiting = true;
    writeNext();
  }

  /** Why what is in force is not on disk, and what to do; null: it is, or is being written. */
  public @Nullable String problem() {
    return problem;
  }

  /** Nothing is written any more. */
  @Override
  public synchronized void close() {
    closed = true;
    vertx.cancelTimer(timer);
  }

  private synchronized void writeNext() {
    if (!waiting || writing || closed) {
      return;
    }
    vertx.cancelTimer(timer);
    waiting = false;
    writing = true;
    vertx
        .executeBlocking(
            () -> {
              newest.write();
              return true;
            },
            /* ordered= */ false)
        .onSuccess(done -> written())
        .onFailure(this::failed);
  }

  private synchronized void written() {
    if (failures > 0) {
      LOG.info("written after failures={}, it is no longer so: {}", failures, without);
    }
    writing = false;
    failures = 0;
    pause = FIRST_PAUSE;
    problem = null;
    writeNext();
  }

  private synchronized void failed(Throwable cause) {
    String told = without + " (" + cause.getMessage() + "); check permissions and free space";
    writing = false;
    waiting = true;
    problem = told;
    failures++;
    if (Integer.bitCount(failures) == 1) {
      LOG.error("not written failures={}: {}", failures, told);
    }
    if (!closed) {
      timer = vertx.setTimer(pause.toMillis(), fired -> writeNext());
      Duration doubled = pause.multipliedBy(2);
      pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    }
  }
}
