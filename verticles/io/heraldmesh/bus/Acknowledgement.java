package io.heraldmesh.bus;

import org.jspecify.annotations.Nullable;

/**
 * What a node did with a snapshot.
 *
 * @param digest of the snapshot's bytes
 * @param refusal null: it is in force; else why it is not, and the one before still is
 */
public record Acknowledgement(Revision revision, ByteString digest, @Nullable String refusal) {}
