package io.heraldmesh.compile;

import io.heraldmesh.policy.Balancing;
import io.heraldmesh.policy.ConnectionLimits;
import io.heraldmesh.policy.OutlierDetection;
import io.heraldmesh.resource.ConnectionPool;
import org.jspecify.annotations.Nullable;

/** What a traffic policy says of endpoints, with Istio's defaults for what it leaves out. */
final class RuleBalancing {
  private RuleBalancing() {}

  static Balancing of(io.heraldmesh.resource.Balancing said) {
    ConnectionPool pool = said.connectionPool();
    return new Balancing(
        switch (said.method()) {
          case UNSPECIFIED, LEAST_REQUEST -> Balancing.Method.LEAST_REQUEST;
          case ROUND_ROBIN -> Balancing.Method.ROUND_ROBIN;
          case RANDOM -> Balancing.Method.RANDOM;
        },
        outliers(said.outlierDetection()),
        limit(pool.maxRequests()),
        limit(pool.maxRetries()),
        new ConnectionLimits(pool.connectTimeout(), pool.maxRequestsPerConnection()));
  }

  private static int limit(int said) {
    return said == 0 ? Integer.MAX_VALUE : said;
  }

  private static @Nullable OutlierDetection outliers(
      io.heraldmesh.resource.@Nullable OutlierDetection said) {
    return said == null
        ? null
        : new OutlierDetection(
            said.consecutive5xxErrors(),
            said.consecutiveGatewayErrors(),
            said.interval(),
            said.baseEjectionTime(),
            said.maxEjectionPercent(),
            said.minHealthPercent());
  }
}
