package io.heraldmesh.tls.hazelcast;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Connections whose peer has not proven yet that it is a member: for a short time, and only so many
 * of them, whoever knocks.
 */
final class Handshakes implements AutoCloseable {
  private static final int MOST = 128;
  private static final Duration FAREWELL = Duration.ofSeconds(1);
  private static final ThreadFactory THREAD =
      Thread.ofPlatform().daemon().name("herald-member-tls").factory();

  private final Duration within;
  private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, THREAD);
  private final Map<TlsChannel, Future<?>> open = new LinkedHashMap<>();
  private final Map<TlsChannel, Future<?>> leaving = new LinkedHashMap<>();

  /**
   * @param within which a handshake must be done
   */
  Handshakes(Duration within) {
    this.within = within;
    // What was cancelled must not be held until its time.
    timer.setRemoveOnCancelPolicy(true);
  }

  /** Runs what is to be repeated, on the same thread. */
  void every(Duration period, Runnable work) {
    timer.scheduleWithFixedDelay(work, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
  }

  void begun(TlsChannel channel) {
    synchronized (this) {
      open.put(channel, timer.schedule(() -> late(channel), millis(within), TimeUnit.MILLISECONDS));
    }
    closeEldestBeyondMost(open);
  }

  /** Called by the channel itself, once. */
  void ended(TlsChannel channel) {
    boolean refused = channel.failure() != null;
    synchronized (this) {
      cancel(open.remove(channel));
      if (refused) {
        leaving.put(
            channel, timer.schedule(() -> gone(channel), millis(FAREWELL), TimeUnit.MILLISECONDS));
      }
    }
    if (refused) {
      closeEldestBeyondMost(leaving);
    }
  }

  private void late(TlsChannel channel) {
    channel.fail(new SSLException("no TLS handshake within " + within.toMillis() + " ms"));
  }

  private void gone(TlsChannel channel) {
    synchronized (this) {
      cancel(leaving.remove(channel));
    }
    channel.close();
  }

  private void closeEldestBeyondMost(Map<TlsChannel, Future<?>> channels) {
    TlsChannel eldest;
    synchronized (this) {
      if (channels.size() <= MOST) {
        return;
      }
      eldest = channels.keySet().iterator().next();
      cancel(channels.remove(eldest));
    }
    eldest.close();
  }

  private static void cancel(@Nullable Future<?> timed) {
    if (timed != null) {
      timed.cancel(false);
    }
  }

  private static long millis(Duration duration) {
    return duration.toMillis();
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
