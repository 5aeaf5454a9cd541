package io.heraldmesh.policy;

import org.jspecify.annotations.Nullable;

/**
 * How a caller spreads its requests over the endpoints of a destination.
 *
 * @param outliers when an endpoint that fails is left out for a while; null: never
 * @param mostRequests under way at once from one workload; more are refused. At least 1
 * @param mostRetries of them that are at their second or third endpoint; at least 1
 * @param connections what bounds each connection
 */
public record Balancing(
    Method method,
    @Nullable OutlierDetection outliers,
    int mostRequests,
    int mostRetries,
    ConnectionLimits connections) {
  /** Istio's defaults. */
  public static final Balancing DEFAULT =
      new Balancing(Method.LEAST_REQUEST, null, Integer.MAX_VALUE, Integer.MAX_VALUE);

  /** Over connections without bounds of their own. */
  public Balancing(
      Method method, @Nullable OutlierDetection outliers, int mostRequests, int mostRetries) {
    this(method, outliers, mostRequests, mostRetries, ConnectionLimits.NONE);
  }

  /** Which endpoint is next. */
  public enum Method {
    /** Of two endpoints the one with fewer requests under way. */
    LEAST_REQUEST,
    /** One after the other. */
    ROUND_ROBIN,
    RANDOM
  }
}
