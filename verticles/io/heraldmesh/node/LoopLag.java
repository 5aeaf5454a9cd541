package io.heraldmesh.node;

import io.heraldmesh.tls.EventLoops;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How late the event loops of a process are, those that accept connections included: a tick on
 * each, every 10 ms, that notes how much later than that it came. Vert.x's own checker does not see
 * what runs in Netty's handlers. Thread-safe.
 */
final class LoopLag {
  private static final Logger LOG = LoggerFactory.getLogger(LoopLag.class);
  private static final long EVERY = Duration.ofMillis(10).toNanos();
  private static final long TOO_LONG = Duration.ofMillis(100).toNanos();

  /** A loop that is late again and again fills no log. */
  private static final long SILENCE = Duration.ofSeconds(10).toNanos();

  private final List<Loop> loops = new ArrayList<>();
  private volatile boolean serving;

  LoopLag(Vertx vertx, String node, MeterRegistry meters) {
    for (EventExecutor executor : EventLoops.of(vertx).withAcceptors()) {
      loops.add(new Loop(executor, loops.size()));
    }
    Gauge.builder("herald_event_loop_lag_seconds", this, lag -> lag.takeWorst() / 1e9)
        .strongReference(true)
        .description("worst lag of an event loop since the last scrape")
        .tag("node", node)
        .register(meters);
  }

  /**
   * The worst lag of any loop since this was asked last, one that still goes on included; in ns.
   */
  private long takeWorst() {
    return loops.stream().mapToLong(Loop::takeWorst).max().orElse(0);
  }

  /** What was before counts no more: nothing was served yet. */
  void begin() {
    loops.forEach(Loop::takeWorst);
    serving = true;
  }

  void close() {
    loops.forEach(loop -> loop.ticking.cancel(false));
  }

  private final class Loop {
    private final int number;
    private final AtomicLong worst = new AtomicLong();
    private final ScheduledFuture<?> ticking;
    private volatile long last = System.nanoTime();
    private long warned = last - SILENCE;

    Loop(EventExecutor executor, int number) {
      this.number = number;
      this.ticking =
          executor.scheduleWithFixedDelay(this::tick, EVERY, EVERY, TimeUnit.NANOSECONDS);
    }

    private void tick() {
      long now = System.nanoTime();
      long lag = now - last - EVERY;
      last = now;
      if (lag > worst.get()) {
        worst.accumulateAndGet(lag, Math::max);
      }
      if (serving && lag > TOO_LONG && now - warned >= SILENCE) {
        warned = now;
        LOG.warn(
            "event loop late loop={} ms={}: connections on it stood still; the processor was taken"
                + " away, or something blocked",
            number,
            TimeUnit.NANOSECONDS.toMillis(lag));
      }
    }

    private long takeWorst() {
      long goingOn = System.nanoTime() - last - EVERY;
      return Math.max(worst.getAndSet(0), Math.max(0, goingOn));
    }
  }
}
