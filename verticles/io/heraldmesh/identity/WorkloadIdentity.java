package io.heraldmesh.identity;

/**
 * The two names inside a workload's SPIFFE ID {@code spiffe://<td>/ns/<namespace>/sa/<account>}.
 *
 * @param namespace never empty
 * @param serviceAccount never empty
 */
public record WorkloadIdentity(String namespace, String serviceAccount) {}
