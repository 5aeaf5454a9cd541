package io.heraldmesh.resource;

/** Core {@code Namespace}, read for its labels. */
public record Namespace(Metadata metadata) implements Resource {}
