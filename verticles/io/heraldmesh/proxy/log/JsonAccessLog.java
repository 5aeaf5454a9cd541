package io.heraldmesh.proxy.log;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The access log as JSON lines, written by a thread of its own. When writing does not keep up,
 * entries are dropped and counted ({@code herald_access_log_dropped_total}); requests never wait.
 */
public final class JsonAccessLog implements AccessLog, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JsonAccessLog.class);
  private static final int QUEUED = 8192;
  private static final long POLL_MILLIS = 200;

  private final Destination destination;
  private final double share;
  private final RandomGenerator random;
  private final Counter dropped;
  private final BlockingQueue<AccessEntry> queue = new ArrayBlockingQueue<>(QUEUED);
  private final Thread writer;
  private volatile boolean reopen;
  private volatile boolean closing;

  /** Opens what is written to; again after a rotation. */
  @FunctionalInterface
  public interface Destination {
    OutputStream open() throws IOException;
  }

  /**
   * @param share of the requests that went well to log, 0 to 1; everything else is always logged
   * @param random chooses them
   */
  public JsonAccessLog(
      Destination destination, double share, RandomGenerator random, MeterRegistry meters) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("the share to log must be 0 to 1, not " + share);
    }
    this.destination = destination;
    this.share = share;
    this.random = random;
    this.dropped = meters.counter("herald_access_log_dropped_total");
    this.writer = Thread.ofPlatform().daemon().name("herald-access-log").start(this::write);
  }

  /** On the process's standard error, which stays open. */
  public static JsonAccessLog onStandardError(
      double share, RandomGenerator random, MeterRegistry meters) {
    return new JsonAccessLog(
        () ->
            new FilterOutputStream(System.err) {
              @Override
              public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
              }

              @Override
              public void close() throws IOException {
                flush();
              }
            },
        share,
        random,
        meters);
  }

  @Override
  public void log(AccessEntry entry) {
    if (!entry.refused() && share < 1 && random.nextDouble() >= share) {
      return;
    }
    if (!queue.offer(entry)) {
      dropped.increment();
    }
  }

  /** Opens the destination again before the next line, as after a rotation of its file. */
  public void reopen() {
    reopen = true;
  }

  /** Writes what is queued, for at most 5 s. */
  @Override
  public void close() {
    closing = true;
    try {
      writer.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write() {
    OutputStream out = null;
    while (true) {
      try {
        AccessEntry entry = queue.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
        if (entry == null) {
          if (out != null) {
            out.flush();
          }
          if (closing) {
            closeQuietly(out);
            return;
          }
          continue;
        }
        if (out == null || reopen) {
          reopen = false;
          closeQuietly(out);
          out = destination.open();
        }
        out.write(AccessLine.of(entry));
        if (queue.isEmpty()) {
          out.flush();
        }
      } catch (IOException e) {
        dropped.increment();
        LOG.warn("the access log cannot be written: {}", e.toString());
        closeQuietly(out);
        out = null;
      } catch (InterruptedException e) {
        closeQuietly(out);
        return;
      }
    }
  }

  private static void closeQuietly(@Nullable OutputStream out) {
    if (out != null) {
      try {
        out.close();
      } catch (IOException e) {
        LOG.debug("closing the access log: {}", e.toString());
      }
    }
  }
}
