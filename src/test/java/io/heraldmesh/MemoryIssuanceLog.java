package io.heraldmesh;

import io.heraldmesh.store.IssuanceLog;
import io.heraldmesh.store.IssuanceRecord;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** An issuance log in memory that a test can hold up or let fail, as a slow or full disk does. */
public final class MemoryIssuanceLog implements IssuanceLog {
  private final List<IssuanceRecord> records = new CopyOnWriteArrayList<>();
  private volatile CompletableFuture<Void> disk = CompletableFuture.completedFuture(null);

  /** From now on a write completes as {@code disk} does. */
  public void writesCompleteWith(CompletableFuture<Void> disk) {
    this.disk = disk;
  }

  public List<IssuanceRecord> records() {
    return List.copyOf(records);
  }

  @Override
  public CompletableFuture<Void> append(List<IssuanceRecord> added) {
    return disk.thenRun(() -> records.addAll(added));
  }

  @Override
  public Optional<IssuanceRecord> find(String serialHex) {
    return records.stream().filter(r -> r.serialHex().equals(serialHex)).findFirst();
  }

  @Override
  public List<IssuanceRecord> after(long after, int most) {
    return records.stream().skip(after).limit(most).toList();
  }

  @Override
  public long size() {
    return records.size();
  }
}
