package io.heraldmesh.store;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Every certificate that was issued, in the order of issue. A certificate may leave only after its
 * record's future has completed. Thread-safe.
 */
public interface IssuanceLog {

  /**
   * Adds {@code records} in one transaction, together with what others add in the same few
   * milliseconds. Completes once they are synced to disk. Fails with {@link StoreException} when
   * they are not: then none of {@code records} is in the log (a serial that is already there, a
   * full disk, a log that is closed).
   */
  CompletableFuture<Void> append(List<IssuanceRecord> records);

  /** The record with this serial; blocks for the read. */
  Optional<IssuanceRecord> find(String serialHex);

  /**
   * The records that follow number {@code after}, in order; blocks for the read. The first has
   * number {@code after + 1}: there are no gaps.
   *
   * @param most at least 1
   */
  List<IssuanceRecord> after(long after, int most);

  /** How many records there are; blocks for the read. */
  long size();
}
