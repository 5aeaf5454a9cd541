package io.heraldmesh.resource;

import org.jspecify.annotations.Nullable;

/**
 * How a traffic policy spreads requests over endpoints.
 *
 * @param outlierDetection null when not written
 */
public record Balancing(
    Method method, @Nullable OutlierDetection outlierDetection, ConnectionPool connectionPool) {
  /** Nothing written. */
  public static final Balancing NONE = new Balancing(Method.UNSPECIFIED, null, ConnectionPool.NONE);

  /** {@code loadBalancer.simple}. */
  public enum Method {
    UNSPECIFIED,
    ROUND_ROBIN,
    LEAST_REQUEST,
    RANDOM
  }
}
