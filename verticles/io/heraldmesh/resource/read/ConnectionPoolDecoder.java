package io.heraldmesh.resource.read;

import io.heraldmesh.resource.ConnectionPool;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Source: Istio destination_rule.proto, ConnectionPoolSettings. */
final class ConnectionPoolDecoder {
  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST_CONNECT = Duration.ofHours(1);

  private ConnectionPoolDecoder() {}

  static ConnectionPool decode(Fields f) {
    Value tcp = f.optional("tcp");
    Duration connect =
        isWritten(tcp) ? tcp.<Duration>decodeOrNull(ConnectionPoolDecoder::connect) : null;
    Value http = f.optional("http");
    return isWritten(http)
        ? http.decode(h -> http(h, connect))
        : new ConnectionPool(connect, 0, 0, 0);
  }

  private static @Nullable Duration connect(Fields tcp) {
    tcp.notEnforced("maxConnections", "tcpKeepalive", "maxConnectionDuration", "idleTimeout");
    Value written = tcp.optional("connectTimeout");
    return isWritten(written) ? written.duration(SHORTEST, LONGEST_CONNECT, LONGEST_CONNECT) : null;
  }

  private static ConnectionPool http(Fields http, @Nullable Duration connect) {
    http.notEnforced(
        "http1MaxPendingRequests",
        "h2UpgradePolicy",
        "useClientProtocol",
        "maxConcurrentStreams",
        "http2KeepAlive",
        "idleTimeout");
    return new ConnectionPool(
        connect,
        limit(http, "maxRequestsPerConnection"),
        limit(http, "http2MaxRequests"),
        limit(http, "maxRetries"));
  }

  private static int limit(Fields http, String name) {
    return http.optional(name).integer(0, Integer.MAX_VALUE, 0).value();
  }

  private static boolean isWritten(Value value) {
    return value.isPresent() && !value.isNull();
  }
}
