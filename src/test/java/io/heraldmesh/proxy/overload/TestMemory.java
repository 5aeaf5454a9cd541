package io.heraldmesh.proxy.overload;

import java.util.concurrent.atomic.AtomicInteger;

/** Memory that is as full as a test says, some of it with garbage. */
public final class TestMemory implements Memory {
  private volatile Pressure live = Pressure.NONE;
  private volatile double garbage;
  private final AtomicInteger collections = new AtomicInteger();

  public void heap(double share) {
    live = new Pressure(share, share, 0, 0);
  }

  void live(Pressure shares) {
    live = shares;
  }

  /** Adds to the heap what may be garbage, as far as can be told without a collection. */
  void garbage(double share) {
    garbage = share;
  }

  int collections() {
    return collections.get();
  }

  @Override
  public Pressure look() {
    return new Pressure(live.heap() + garbage, live.heap(), live.direct(), live.resident());
  }

  @Override
  public void collect() {
    collections.incrementAndGet();
    garbage = 0;
  }
}
