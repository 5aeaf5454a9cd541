package io.heraldmesh.lab;

import io.heraldmesh.cli.demo.WireClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Asks every control node whether it is alive, ten times a second while it is open: an event loop
 * answers that, and does not while it is blocked.
 */
final class ControlProbe implements AutoCloseable {
  private static final int HEALTH = 15021;
  private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final AtomicLong worst = new AtomicLong();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closed;

  ControlProbe(LabMesh mesh) {
    for (String name : LabMesh.CONTROL) {
      threads.add(InHost.start(mesh.hosts.file(name), "probe " + name, this::probe));
    }
  }

  private void probe() {
    while (!closed) {
      long from = System.nanoTime();
      long took = isAlive() ? System.nanoTime() - from : Long.MAX_VALUE;
      worst.accumulateAndGet(took, Math::max);
      LockSupport.parkNanos(EVERY_NANOS);
    }
  }

  private static boolean isAlive() {
    try {
      return WireClient.once(HEALTH, "GET", "127.0.0.1", "/healthz/live", List.of()).status()
          == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** The longest that any of them took so far; {@link Long#MAX_VALUE} stands for no answer. */
  double worstMillis() {
    return worst.get() / 1e6;
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
