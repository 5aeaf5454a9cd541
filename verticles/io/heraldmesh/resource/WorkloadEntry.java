package io.heraldmesh.resource;

/** {@code networking.istio.io WorkloadEntry}: a workload that runs outside Kubernetes. */
public record WorkloadEntry(Metadata metadata, WorkloadAddress spec) implements Resource {}
