package io.heraldmesh.resource;

/** Core {@code Pod}, read for its labels, account and ports. */
public record Pod(Metadata metadata, PodSpec spec) implements Resource {}
