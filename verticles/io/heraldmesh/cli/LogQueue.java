package io.heraldmesh.cli;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes log lines to standard error from a thread of its own: whoever logs never waits for it,
 * least of all an event loop. While nothing takes the lines they are dropped, those below WARN
 * first, and counted in a line once it goes on. Stopping it writes what is queued, for at most half
 * a second.
 */
final class LogQueue extends AsyncAppender {
  private static final int LINES = 1024;
  private static final int STOP_MILLIS = 500;

  private final AtomicLong dropped = new AtomicLong();

  private LogQueue() {}

  /** Starts it. */
  static LogQueue start(LoggerContext context, Encoder<ILoggingEvent> encoder) {
    LogQueue queue = new LogQueue();
    Writer writer = queue.new Writer(context);
    writer.setContext(context);
    writer.setTarget("System.err");
    writer.setEncoder(encoder);
    writer.start();
    queue.setContext(context);
    queue.setName("log");
    queue.setQueueSize(LINES);
    queue.setNeverBlock(true);
    queue.setMaxFlushTime(STOP_MILLIS);
    queue.addAppender(writer);
    queue.start();
    return queue;
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (getRemainingCapacity() == 0) {
      dropped.incrementAndGet();
    } else {
      super.append(event);
    }
  }

  /** Asked of each line while there is little room; one that is discardable is dropped. */
  @Override
  protected boolean isDiscardable(ILoggingEvent event) {
    boolean drop = super.isDiscardable(event);
    if (drop) {
      dropped.incrementAndGet();
    }
    return drop;
  }

  /** Runs on the queue's thread. */
  private final class Writer extends ConsoleAppender<ILoggingEvent> {
    private final LoggerContext loggers;

    Writer(LoggerContext loggers) {
      this.loggers = loggers;
    }

    @Override
    protected void append(ILoggingEvent event) {
      long lost = dropped.getAndSet(0);
      if (lost > 0) {
        super.append(lost(lost));
      }
      super.append(event);
    }

    private LoggingEvent lost(long lines) {
      return new LoggingEvent(
          LogQueue.class.getName(),
          loggers.getLogger(LogQueue.class),
          Level.WARN,
          "{} log lines dropped: standard error was not read",
          null,
          new Object[] {lines});
    }
  }
}
