package io.heraldmesh.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A resource as it was accepted at one revision.
 *
 * @param content as it was given; null: it was deleted, which only the history tells
 * @param changedBy the identity of whoever changed it
 */
public record StoredResource(
    ResourceKey key,
    Revision revision,
    @Nullable String content,
    String changedBy,
    Instant changedAt) {}
