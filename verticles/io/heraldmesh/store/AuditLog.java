package io.heraldmesh.store;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What was done and refused, in order; nothing is ever changed or taken out. */
public interface AuditLog {

  /**
   * An event and its place.
   *
   * @param number from 1, without gaps
   */
  record Entry(long number, AuditEvent event) {}

  /** Adds an event; completes once it is synced, together with what others add meanwhile. */
  CompletableFuture<Void> append(AuditEvent event);

  /**
   * The newest first.
   *
   * @param before only those with a lower number; 0: from the newest
   * @param most at least 1
   */
  List<Entry> list(long before, int most);
}
