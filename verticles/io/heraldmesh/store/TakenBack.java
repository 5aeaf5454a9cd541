package io.heraldmesh.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What was taken back of a node.
 *
 * @param there false: nothing was known of it
 * @param tokens that nobody had used, how many
 * @param voidBefore what was made for the node's name before then is void; null: its identities
 *     stay
 */
public record TakenBack(boolean there, int tokens, @Nullable Instant voidBefore) {}
