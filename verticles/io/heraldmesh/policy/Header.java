package io.heraldmesh.policy;

/** A header field. */
public record Header(String name, String value) {}
