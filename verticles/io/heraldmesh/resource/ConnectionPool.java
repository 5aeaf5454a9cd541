package io.heraldmesh.resource;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * {@code connectionPool}. Source: Istio, destination_rule.proto.
 *
 * @param connectTimeout {@code tcp.connectTimeout}; null when not written
 * @param maxRequestsPerConnection {@code http.maxRequestsPerConnection}; 0: not written
 * @param maxRequests {@code http.http2MaxRequests}; 0: not written
 * @param maxRetries {@code http.maxRetries}; 0: not written
 */
public record ConnectionPool(
    @Nullable Duration connectTimeout,
    int maxRequestsPerConnection,
    int maxRequests,
    int maxRetries) {
  /** Nothing written. */
  public static final ConnectionPool NONE = new ConnectionPool(null, 0, 0, 0);
}
