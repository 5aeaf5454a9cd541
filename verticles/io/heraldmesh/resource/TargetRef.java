package io.heraldmesh.resource;

import io.heraldmesh.resource.problem.Position;

/**
 * {@code targetRefs[]}: what a policy is attached to instead of workloads. A policy with a target
 * never applies to a plain workload.
 *
 * @param group empty for the core group
 */
public record TargetRef(String group, String kind, String name, Position at) {}
