package io.heraldmesh;

import io.heraldmesh.store.AuditEvent;
import io.heraldmesh.store.AuditLog;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** An audit log in memory that a test can hold up or let fail, as a slow or full disk does. */
public final class MemoryAuditLog implements AuditLog {
  private final List<AuditEvent> events = new CopyOnWriteArrayList<>();
  private volatile CompletableFuture<Void> disk = CompletableFuture.completedFuture(null);

  /** From now on a write completes as {@code disk} does. */
  public void writesCompleteWith(CompletableFuture<Void> disk) {
    this.disk = disk;
  }

  public List<AuditEvent> events() {
    return List.copyOf(events);
  }

  @Override
  public CompletableFuture<Void> append(AuditEvent event) {
    return disk.thenRun(() -> events.add(event));
  }

  @Override
  public List<Entry> list(long before, int most) {
    throw new UnsupportedOperationException("ask for the events");
  }
}
