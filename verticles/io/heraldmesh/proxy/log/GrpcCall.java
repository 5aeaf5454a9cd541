package io.heraldmesh.proxy.log;

import org.jspecify.annotations.Nullable;

/**
 * What the log and the metrics say about a gRPC call besides HTTP.
 *
 * @param status {@code grpc-status}, a number from 0 to 16; null when the call ended without one
 */
public record GrpcCall(@Nullable String status, long requestMessages, long responseMessages) {}
