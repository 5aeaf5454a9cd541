package io.heraldmesh.store;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The accepted resources, and everything they ever were. */
public interface ResourceRepository {

  /**
   * All of a moment.
   *
   * @param revision the newest revision then
   * @param resources in the order of their keys
   */
  record Snapshot(Revision revision, List<StoredResource> resources) {
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
   * What {@link #apply} would say now; changes nothing. The revision of its answer is the current
   * one.
   */
  ApplyResult dryRun(List<ResourceChange> changes);

  Optional<StoredResource> get(ResourceKey key);

  Snapshot all();

  /**
   * What the resource was, newest first, deletions included.
   *
   * @param most at least 1
   */
  List<StoredResource> history(ResourceKey key, int most);
}
