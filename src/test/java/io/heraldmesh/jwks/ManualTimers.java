package io.heraldmesh.jwks;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Timers that a test winds by hand. */
final class ManualTimers implements Timers {
  private final LinkedBlockingQueue<Entry> set = new LinkedBlockingQueue<>();
  private final List<Entry> cancelled = new CopyOnWriteArrayList<>();

  record Entry(Duration delay, Runnable action, Context context) {
    /** Runs it now, where the service wants it. */
    void fire() {
      context.runOnContext(go -> action.run());
    }
  }

  @Override
  public Running after(Duration delay, Runnable action) {
    Entry entry = new Entry(delay, action, Vertx.currentContext());
    set.add(entry);
    return () -> cancelled.add(entry);
  }

  /** The next timer that the service sets; waits for it. */
  Entry next() throws InterruptedException {
    Entry entry = set.poll(30, TimeUnit.SECONDS);
    if (entry == null) {
      throw new AssertionError("no timer was set");
    }
    return entry;
  }

  /** As when so long passes: runs what was set until now, was not cancelled, and is due by then. */
  void wind(Duration by) {
    List<Entry> all = new ArrayList<>();
    set.drainTo(all);
    for (Entry entry : all) {
      if (entry.delay().compareTo(by) > 0) {
        set.add(entry);
      } else if (!isCancelled(entry)) {
        entry.fire();
      }
    }
  }

  boolean isCancelled(Entry entry) {
    return cancelled.contains(entry);
  }
}
