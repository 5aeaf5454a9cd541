package io.heraldmesh.proxy.log;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The access log, written by a thread of its own. When writing does not keep up, entries are
 * dropped and counted ({@code herald_access_log_dropped_total}); requests never wait.
 */
public final class QueuedAccessLog implements AccessLog, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(QueuedAccessLog.class);

  /** Entries that wait may take this part of the heap together. */
  private static final int HEAP_SHARE = 32;

  /**
   * Between looks at the queue: entries are written together, so that a request costs no waking of
   * the writer. At 100,000 requests a second the queue is not full by then.
   */
  private static final long GATHER_MILLIS = 50;

  /** Lines that are flushed together: as many are lost at most when writing fails. */
  private static final int TOGETHER = 32;

  private static final long WARN_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Format format;
  private final Destination destination;
  private final double share;
  private final RandomGenerator random;
  private final Counter dropped;
  private final Backlog queue;
  private final Thread writer;
  private volatile boolean reopen;
  private volatile boolean closing;

  /** Written, but not flushed yet; the writer's own, as what follows. */
  private int unflushed;

  private @Nullable Long warnedNanos;

  /** What a line looks like. */
  public enum Format {
    JSON,
    /** Istio's default text format. */
    TEXT
  }

  /** Opens what is written to; again after a rotation. */
  @FunctionalInterface
  public interface Destination {
    OutputStream open() throws IOException;
  }

  /**
   * @param share of the requests that went well to log, 0 to 1; everything else is always logged
   * @param random chooses them
   */
  public QueuedAccessLog(
      Format format,
      Destination destination,
      double share,
      RandomGenerator random,
      MeterRegistry meters) {
    this(format, destination, share, random, meters, Runtime.getRuntime().maxMemory() / HEAP_SHARE);
  }

  /**
   * The same.
   *
   * @param mostOctets that entries which wait may take
   */
  QueuedAccessLog(
      Format format,
      Destination destination,
      double share,
      RandomGenerator random,
      MeterRegistry meters,
      long mostOctets) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("the share to log must be 0 to 1, not " + share);
    }
    this.format = format;
    this.destination = destination;
    this.share = share;
    this.random = random;
    this.queue = new Backlog(mostOctets);
    this.dropped = meters.counter("herald_access_log_dropped_total");
    this.writer = Thread.ofPlatform().daemon().name("herald-access-log").start(this::write);
  }

  /**
   * The process's standard error, which stays open. It goes past {@link System#err}, for whose lock
   * others would wait while nobody reads what is written; each line is one write.
   */
  public static Destination standardError() {
    FileOutputStream err = new FileOutputStream(FileDescriptor.err);
    return () ->
        new FilterOutputStream(err) {
          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
          }

          @Override
          public void close() throws IOException {
            flush();
          }
        };
  }

  /** A file, added to from the beginning of a line on; made with access for this user only. */
  public static Destination file(Path path) {
    return () -> LogFile.open(path);
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
    LockSupport.unpark(writer);
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
        boolean last = closing;
        AccessEntry entry = queue.poll();
        if (entry == null) {
          flush(out);
          if (last) {
            closeQuietly(out);
            return;
          }
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(GATHER_MILLIS));
          continue;
        }
        unflushed++;
        if (out == null || reopen) {
          reopen = false;
          out = opened(out);
        }
        out.write(format == Format.JSON ? AccessLine.of(entry) : AccessText.of(entry));
        if (unflushed >= TOGETHER) {
          flush(out);
        }
      } catch (IOException e) {
        lost(e);
        closeQuietly(out);
        out = null;
      }
    }
  }

  /** In place of what was written to before, which is there no more when this fails. */
  private OutputStream opened(@Nullable OutputStream before) throws IOException {
    if (before != null) {
      try (before) {
        before.flush();
      }
      unflushed = 1; // the entry that is to be written
    }
    return destination.open();
  }

  private void flush(@Nullable OutputStream out) throws IOException {
    if (out != null) {
      out.flush();
      unflushed = 0;
    }
  }

  /** Counts what was not flushed; a warning at first and then now and again, not for each line. */
  private void lost(IOException why) {
    dropped.increment(unflushed);
    unflushed = 0;
    long now = System.nanoTime();
    if (warnedNanos == null || now - warnedNanos >= WARN_NANOS) {
      warnedNanos = now;
      LOG.warn("the access log cannot be written, its lines are lost: {}", why.toString());
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
