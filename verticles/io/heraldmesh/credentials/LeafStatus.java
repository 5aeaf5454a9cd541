package io.heraldmesh.credentials;

import io.heraldmesh.identity.SpiffeId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How one leaf stands.
 *
 * @param serial of the leaf in use, in hexadecimal; null: there is none
 * @param notAfter when it ends; null: there is none
 * @param nextAttempt when the next one is asked for
 * @param renewing true: one is being asked for right now
 * @param lastError why the last attempt failed; null: it did not
 */
public record LeafStatus(
    SpiffeId id,
    @Nullable String serial,
    @Nullable Instant notAfter,
    Instant nextAttempt,
    boolean renewing,
    @Nullable String lastError) {}
