package io.heraldmesh.resource;

import org.jspecify.annotations.Nullable;

/**
 * How a traffic policy spreads requests over endpoints.
 *
 * @param outlierDetection null when not written
 * @param maxRequests {@code connectionPool.http.http2MaxRequests}; 0: not written
 * @param maxRetries {@code connectionPool.http.maxRetries}; 0: not written
 */
public record Balancing(
    Method method, @Nullable OutlierDetection outlierDetection, int maxRequests, int maxRetries) {
  /** Nothing written. */
  public static final Balancing NONE = new Balancing(Method.UNSPECIFIED, null, 0, 0);

  /** {@code loadBalancer.simple}. */
  public enum Method {
    UNSPECIFIED,
    ROUND_ROBIN,
    LEAST_REQUEST,
    RANDOM
  }
}
