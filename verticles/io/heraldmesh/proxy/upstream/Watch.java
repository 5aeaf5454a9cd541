package io.heraldmesh.proxy.upstream;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The timeouts of one event loop: every {@value #TICK_MILLIS} ms each registered object looks
 * whether its time is up. One timer for all is far cheaper than one for every request, and the
 * bounds it guards are seconds. When many are up at once, as thousands of idle connections when
 * memory gets short, a round is done in slices: whoever is served by this loop waits for one of
 * them at most. Belongs to its event loop.
 */
public final class Watch {
  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

  static final int TICK_MILLIS = 200;

  /** Then others have their turn. */
  private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private static final long PAUSE_MILLIS = 1;

  /** Has a time limit. */
  public interface Timed {
    /**
     * @param nowMillis coarse monotonic time
     */
    void check(long nowMillis);
  }

  private final EventLoop loop;
  private final ScheduledFuture<?> timer;
  private final Set<Timed> registered = new LinkedHashSet<>();
  private long now = TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  private @Nullable Round round;

  Watch(EventLoop loop) {
    this.loop = loop;
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
    if (round == null) {
      round = new Round(registered.toArray(new Timed[0]));
      round.goOn();
    }
  }

  /** A look at each that was registered when it began and still is. */
  private final class Round {
    private final Timed[] all;
    private int next;

    Round(Timed[] all) {
      this.all = all;
    }

    void goOn() {
      long began = System.nanoTime();
      while (next < all.length) {
        look(all[next++]);
        if (System.nanoTime() - began > SLICE_NANOS && next < all.length) {
          // a task would have its turn before what comes on connections
          loop.schedule(this::goOn, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
          return;
        }
      }
      round = null;
    }

    private void look(Timed timed) {
      if (!registered.contains(timed)) {
        return;
      }
      try {
        timed.check(now);
      } catch (RuntimeException | OutOfMemoryError e) { // such is also a want of buffers
        // out of here it would end the timer, and with it every timeout of this loop
        LOG.error("a timeout could not be looked at: {}", timed.getClass().getSimpleName(), e);
      }
    }
  }
}
