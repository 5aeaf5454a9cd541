package io.heraldmesh.compile;

import io.heraldmesh.policy.Balancing;
import io.heraldmesh.policy.ConnectionLimits;
import io.heraldmesh.policy.OutlierDetection;
import io.heraldmesh.resource.ConnectionPool;
import java.time.Duration;
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
        limit(pool.http().http2MaxRequests()),
        limit(pool.http().maxRetries()),
        limits(pool.tcp(), pool.http()));
  }

  private static ConnectionLimits limits(ConnectionPool.Tcp tcp, ConnectionPool.Http http) {
    return new ConnectionLimits(
        tcp.connectTimeout(),
        http.maxRequestsPerConnection(),
        limit(tcp.maxConnections()),
        limit(http.http1MaxPendingRequests()),
        limit(http.maxConcurrentStreams()),
        new ConnectionLimits.Lifetimes(
            tcp.maxConnectionDuration(), http.idleTimeout(), tcp.idleTimeout()),
        keepalive(tcp.tcpKeepalive()),
        sharing(http));
  }

  private static ConnectionLimits.@Nullable Keepalive keepalive(
      ConnectionPool.@Nullable Keepalive said) {
    return said == null
        ? null
        : new ConnectionLimits.Keepalive(
            said.probes(), seconds(said.time()), seconds(said.interval()));
  }

  private static ConnectionLimits.Sharing sharing(ConnectionPool.Http http) {
    if (http.useClientProtocol()) {
      return ConnectionLimits.Sharing.CLIENTS;
    }
    return switch (http.h2UpgradePolicy()) {
      case DEFAULT -> ConnectionLimits.Sharing.DEFAULT;
      case DO_NOT_UPGRADE -> ConnectionLimits.Sharing.NEVER;
      case UPGRADE -> ConnectionLimits.Sharing.ALWAYS;
    };
  }

  private static int seconds(@Nullable Duration time) {
    return time == null ? 0 : Math.toIntExact(time.toSeconds());
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
