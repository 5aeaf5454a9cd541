package io.heraldmesh.identity;

/**
 * The names inside the SPIFFE ID of one of Herald's own parts, {@code
 * spiffe://<td>/herald/<role>/<name>}. It never stands in for a workload, nor a workload for it.
 */
public record HeraldIdentity(HeraldRole role, String name) {}
