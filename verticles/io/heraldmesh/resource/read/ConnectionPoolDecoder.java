package io.heraldmesh.resource.read;

import io.heraldmesh.resource.ConnectionPool;
import io.heraldmesh.resource.ConnectionPool.H2UpgradePolicy;
import io.heraldmesh.resource.ConnectionPool.Http;
import io.heraldmesh.resource.ConnectionPool.Keepalive;
import io.heraldmesh.resource.ConnectionPool.Tcp;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Source: Istio destination_rule.proto, ConnectionPoolSettings, and its validation. */
final class ConnectionPoolDecoder {
  private static final Duration MILLISECOND = Duration.ofMillis(1);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration LONGEST_CONNECT = Duration.ofHours(1);
  private static final Duration LONGEST = Duration.ofDays(3650);

  /** Linux takes no more: MAX_TCP_KEEPIDLE and MAX_TCP_KEEPCNT. */
  private static final Duration LONGEST_KEEPALIVE = Duration.ofSeconds(32_767);

  private static final int MOST_PROBES = 127;

  private ConnectionPoolDecoder() {}

  static ConnectionPool decode(Fields f) {
    Value tcp = f.optional("tcp");
    Value http = f.optional("http");
    if (!f.isBroken() && !isWritten(tcp) && !isWritten(http)) {
      f.problem(ProblemCode.EMPTY, "connection pool must have at least one field");
    }
    return new ConnectionPool(
        isWritten(tcp) ? tcp.decode(ConnectionPoolDecoder::tcp) : Tcp.NONE,
        isWritten(http) ? http.decode(ConnectionPoolDecoder::http) : Http.NONE);
  }

  private static Tcp tcp(Fields f) {
    return new Tcp(
        number(f, "maxConnections"),
        time(f, "connectTimeout", MILLISECOND, LONGEST_CONNECT),
        time(f, "maxConnectionDuration", MILLISECOND, LONGEST),
        time(f, "idleTimeout", Duration.ZERO, LONGEST),
        f.optional("tcpKeepalive").<Keepalive>decodeOrNull(ConnectionPoolDecoder::keepalive));
  }

  private static Keepalive keepalive(Fields f) {
    return new Keepalive(
        f.optional("probes").integer(0, MOST_PROBES, 0).value(),
        time(f, "time", SECOND, LONGEST_KEEPALIVE),
        time(f, "interval", SECOND, LONGEST_KEEPALIVE));
  }

  private static Http http(Fields f) {
    f.notEnforced("http2KeepAlive");
    Value clients = f.optional("useClientProtocol");
    Http http =
        new Http(
            number(f, "http1MaxPendingRequests"),
            number(f, "http2MaxRequests"),
            number(f, "maxRequestsPerConnection"),
            number(f, "maxRetries"),
            number(f, "maxConcurrentStreams"),
            time(f, "idleTimeout", Duration.ZERO, LONGEST),
            f.optional("h2UpgradePolicy")
                .oneOf(H2UpgradePolicy.class, H2UpgradePolicy.DEFAULT)
                .value(),
            clients.bool(false));
    if (http.useClientProtocol() && http.h2UpgradePolicy() == H2UpgradePolicy.UPGRADE) {
      clients.problem(ProblemCode.CONFLICT, "must not be true when h2UpgradePolicy is UPGRADE");
    }
    return http;
  }

  private static int number(Fields f, String name) {
    return f.optional(name).integer(0, Integer.MAX_VALUE, 0).value();
  }

  private static @Nullable Duration time(Fields f, String name, Duration least, Duration most) {
    Value written = f.optional(name);
    return isWritten(written) ? written.duration(least, most, most) : null;
  }

  private static boolean isWritten(Value value) {
    return value.isPresent() && !value.isNull();
  }
}
