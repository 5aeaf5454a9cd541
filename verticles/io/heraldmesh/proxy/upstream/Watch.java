package io.heraldmesh.proxy.upstream;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The timeouts of one event loop: every {@value #TICK_MILLIS} ms each registered object looks
 * whether its time is up. One timer for all is far cheaper than one for every request, and the
 * bounds it guards are seconds. Belongs to its event loop.
 */
public final class Watch {
  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

  static final int TICK_MILLIS = 200;

  /** Has a time limit. */
  public interface Timed {
    /**
     * @param nowMillis coarse monotonic time
     */
    void check(long nowMillis);
  }

  private final ScheduledFuture<?> timer;
  private final Set<Timed> registered = new LinkedHashSet<>();
  private long now = TimeUnit.NANOSECONDS.toMillis(System.nanoTime());

  Watch(EventLoop loop) {
    timer = loop.scheduleAtFixedRate(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  void close() {
    timer.cancel(false);
  }

  /** Monotonic time in ms, as of the last tick. */
  public long now() {
    return now;
  }

  public void add(Timed timed) {
    registered.add(timed);
  }

  public void remove(Timed timed) {
    registered.remove(timed);
  }

  private void tick() {
    now = TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    for (Timed timed : registered.toArray(new Timed[0])) {
      try {
        timed.check(now);
      } catch (RuntimeException e) {
        // out of here it would end the timer, and with it every timeout of this loop
        LOG.error("a timeout could not be looked at: {}", timed.getClass().getSimpleName(), e);
      }
    }
  }
}
