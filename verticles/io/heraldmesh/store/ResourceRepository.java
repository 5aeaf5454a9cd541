package io.heraldmesh.store;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The accepted resources, and everything they ever were. */
public interface ResourceRepository {

  /**
   * All of a moment.
   *
   * @param revision the newest revision then
   * @param newest see {@link ResourceRepository#newest}
   * @param resources in the order of their keys
   */
  record Snapshot(Revision revision, Revision newest, List<StoredResource> resources) {
    public Snapshot {
      resources = List.copyOf(resources);
    }
  }

  /**
   * Makes all of {@code changes} under one new revision, or none. Writing what is there already, or
   * deleting what is not, is no change; without any there is no new revision.
   *
   * @throws IllegalArgumentException when one resource is named twice
   */
  ApplyResult apply(List<ResourceChange> changes, String changedBy, Instant now);

  /**
   * As {@link #apply}, provided that the resources are still those of {@code basis}, and with a row
   * of the audit log in the same transaction: a change without its row cannot be, nor a row without
   * its change.
   *
   * @param audit what to log for an outcome; null: nothing. May be asked more than once
   * @return empty: other resources are there than in {@code basis}, and nothing was done
   */
  Optional<ApplyResult> applyAt(
      Snapshot basis,
      List<ResourceChange> changes,
      String changedBy,
      Instant now,
      Function<ApplyResult, @Nullable AuditEvent> audit);

  /**
   * What {@link #apply} would say now; changes nothing. The revision of its answer is the current
   * one.
   */
  ApplyResult dryRun(List<ResourceChange> changes);

  Optional<StoredResource> get(ResourceKey key);

  Snapshot all();

  /**
   * At which a resource was last changed or deleted, which tells one set of them from every other
   * without reading it; 0.0 when there never was one.
   */
  Revision newest();

  /**
   * What the resource was, newest first, deletions included.
   *
   * @param most at least 1
   */
  default List<StoredResource> history(ResourceKey key, int most) {
    return history(key, null, most);
  }

  /**
   * As {@link #history(ResourceKey, int)}.
   *
   * @param before only what it was at an earlier revision than this; null: from the newest
   */
  List<StoredResource> history(ResourceKey key, @Nullable Revision before, int most);
}
