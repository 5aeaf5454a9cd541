package io.heraldmesh.resource;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** {@code connectionPool}. Source: Istio, destination_rule.proto. 0 and null: not written. */
public record ConnectionPool(Tcp tcp, Http http) {
  /** Nothing written. */
  public static final ConnectionPool NONE = new ConnectionPool(Tcp.NONE, Http.NONE);

  /**
   * {@code tcp}.
   *
   * @param idleTimeout zero: none
   */
  public record Tcp(
      int maxConnections,
      @Nullable Duration connectTimeout,
      @Nullable Duration maxConnectionDuration,
      @Nullable Duration idleTimeout,
      @Nullable Keepalive tcpKeepalive) {
    /** Nothing written. */
    public static final Tcp NONE = new Tcp(0, null, null, null, null);
  }

  /** {@code tcp.tcpKeepalive}. */
  public record Keepalive(int probes, @Nullable Duration time, @Nullable Duration interval) {}

  /**
   * {@code http}.
   *
   * @param idleTimeout zero: none
   */
  public record Http(
      int http1MaxPendingRequests,
      int http2MaxRequests,
      int maxRequestsPerConnection,
      int maxRetries,
      int maxConcurrentStreams,
      @Nullable Duration idleTimeout,
      H2UpgradePolicy h2UpgradePolicy,
      boolean useClientProtocol) {
    /** Nothing written. */
    public static final Http NONE = new Http(0, 0, 0, 0, 0, null, H2UpgradePolicy.DEFAULT, false);
  }

  /** {@code http.h2UpgradePolicy}. */
  public enum H2UpgradePolicy {
    DEFAULT,
    DO_NOT_UPGRADE,
    UPGRADE
  }
}
