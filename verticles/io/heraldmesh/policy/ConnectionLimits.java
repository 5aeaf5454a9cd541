package io.heraldmesh.policy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What bounds the connections to a destination. Source: Istio, destination_rule.proto,
 * ConnectionPoolSettings.
 *
 * @param connectTimeout for TCP, and then for TLS; at least 1 ms. Null: as elsewhere
 * @param requests that each carries, one after the other or as streams; 0: any number
 * @param most that one workload has open at once, over all event loops; at least 1
 * @param waiting requests for which no connection is open yet; more are refused. At least 1
 * @param streams of HTTP/2 that each carries at once; at least 1
 * @param keepalive probes of the system; null: none
 */
public record ConnectionLimits(
    @Nullable Duration connectTimeout,
    int requests,
    int most,
    int waiting,
    int streams,
    Lifetimes lifetimes,
    @Nullable Keepalive keepalive,
    Sharing sharing) {
  /** As elsewhere. */
  public static final ConnectionLimits NONE =
      new ConnectionLimits(
          null,
          0,
          Integer.MAX_VALUE,
          Integer.MAX_VALUE,
          Integer.MAX_VALUE,
          Lifetimes.NONE,
          null,
          Sharing.DEFAULT);

  /** So many connections there may be, or so many requests each may carry: somebody counts them. */
  public boolean areCounted() {
    return requests > 0 || most < Integer.MAX_VALUE || waiting < Integer.MAX_VALUE;
  }

  /**
   * How long connections live; null: as elsewhere. Zero for the latter two: for ever.
   *
   * @param whole after this one takes no more requests, and a tunnel ends
   * @param unused between requests
   * @param silent as a tunnel, without any byte in either direction
   */
  public record Lifetimes(
      @Nullable Duration whole, @Nullable Duration unused, @Nullable Duration silent) {
    /** As elsewhere. */
    public static final Lifetimes NONE = new Lifetimes(null, null, null);
  }

  /** {@code tcpKeepalive}; 0: as the system does by default. */
  public record Keepalive(int probes, int idleSeconds, int intervalSeconds) {}

  /** When requests of HTTP/1.1 clients share connections as HTTP/2 streams. */
  public enum Sharing {
    /** As the proxy finds best; only between proxies, and only where HTTP is declared. */
    DEFAULT,
    NEVER,
    ALWAYS,
    /** What the client speaks goes on, also to a destination that is declared as HTTP/2. */
    CLIENTS
  }
}
