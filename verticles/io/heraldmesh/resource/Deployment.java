package io.heraldmesh.resource;

/**
 * {@code apps/v1 Deployment}, read for the labels, account and ports of its pods.
 *
 * @param template {@code spec.template}
 */
public record Deployment(Metadata metadata, PodSpec template) implements Resource {}
