package io.heraldmesh.resource;

/** Core {@code ServiceAccount}: its namespace and name are an identity. */
public record ServiceAccount(Metadata metadata) implements Resource {}
