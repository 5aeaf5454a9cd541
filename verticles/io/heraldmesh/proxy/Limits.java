package io.heraldmesh.proxy;

import io.heraldmesh.jwt.TokenCache;
import java.time.Duration;
import java.util.function.UnaryOperator;

/**
 * Bounds on what one peer may ask of the proxy.
 *
 * @param requestLineBytes longest request line; 414 beyond it
 * @param headerBytes all headers of one message; 431 beyond it
 * @param headerCount header fields of one message; 431 beyond it
 * @param handshake for first bytes and TLS handshake together
 * @param requestHead from the first byte of a request head to its last, and how long an idle
 *     connection of a client is kept before its first request
 * @param idle without any byte: a request body that does not go on, or a kept-alive connection
 * @param streamIdle without any byte in either direction: a tunnel, or a response that goes on
 * @param connect for a connection to an endpoint, TLS included
 * @param response from the end of a request to the head of its response
 * @param upstreamIdle how long an unused connection stays in the pool
 * @param idlePerDestination unused connections kept per endpoint and event loop
 * @param connections open client connections per listener; more are closed at once
 * @param connectionsPerAddress those of them on an inbound listener that may come from one address
 * @param newcomers connections to workloads of a node, in all, that have not said yet, or not
 *     proven, who they are; the oldest makes room once it has taken a second
 * @param concurrentStreams HTTP/2 streams that one connection may have open
 * @param resetsPerWindow HTTP/2 RST_STREAM frames a client may send in 30 s
 * @param tokenCacheBytes memory for verified tokens, in octets; 0: every token is verified each
 *     time
 * @param detection how long a client may be silent, or send too little to tell what it speaks, on a
 *     port that may carry bytes; then it is taken for one that waits for the service's first word
 * @param memoryBytes memory that the process may have; 0: what its container has
 * @param shedPercent of any kind of memory from which on new requests are answered 503
 */
public record Limits(
    int requestLineBytes,
    int headerBytes,
    int headerCount,
    Duration handshake,
    Duration requestHead,
    Duration idle,
    Duration streamIdle,
    Duration connect,
    Duration response,
    Duration upstreamIdle,
    int idlePerDestination,
    int connections,
    int connectionsPerAddress,
    int newcomers,
    int concurrentStreams,
    int resetsPerWindow,
    int tokenCacheBytes,
    Duration detection,
    long memoryBytes,
    int shedPercent) {
  /** The most fields that a proxy adds to a message; now it is fewer than half. */
  public static final int ADDED_FIELDS = 16;

  private static final int ADDED_BYTES = 4096;

  /**
   * More than come on a connection that many clients share: after 100 a proxy begins no more on it,
   * and then up to 99 are still open.
   */
  private static final int SHARED_RESETS = 200;

  public static final Limits DEFAULTS =
      new Limits(
          16 * 1024,
          64 * 1024,
          200,
          Duration.ofSeconds(15),
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          Duration.ofHours(1),
          Duration.ofSeconds(5),
          Duration.ofSeconds(60),
          Duration.ofSeconds(60),
          256,
          20_000,
          10_000,
          1_000,
          100,
          200,
          TokenCache.DEFAULT_BYTES,
          Duration.ofSeconds(5),
          0,
          90);

  public Limits {
    requirePositive("requestLineBytes", requestLineBytes);
    requirePositive("headerBytes", headerBytes);
    requirePositive("headerCount", headerCount);
    requirePositive("idlePerDestination", idlePerDestination);
    requirePositive("connections", connections);
    requirePositive("connectionsPerAddress", connectionsPerAddress);
    requirePositive("newcomers", newcomers);
    requirePositive("concurrentStreams", concurrentStreams);
    requirePositive("resetsPerWindow", resetsPerWindow);
    if (memoryBytes < 0 || shedPercent < 50 || shedPercent > 98) {
      throw new IllegalArgumentException(
          "limits memoryBytes is " + memoryBytes + ", shedPercent is " + shedPercent);
    }
    if (tokenCacheBytes < 0) {
      throw new IllegalArgumentException("limit tokenCacheBytes is " + tokenCacheBytes);
    }
    requirePositive("handshake", handshake.toMillis());
    requirePositive("detection", detection.toMillis());
    requirePositive("requestHead", requestHead.toMillis());
    requirePositive("idle", idle.toMillis());
    requirePositive("streamIdle", streamIdle.toMillis());
    requirePositive("connect", connect.toMillis());
    requirePositive("response", response.toMillis());
    requirePositive("upstreamIdle", upstreamIdle.toMillis());
  }

  /**
   * {@link #requestLineBytes} and {@link #headerBytes} as HTTP/2 counts: what the line says is in
   * fields, and each field has 32 octets more (RFC 9113 section 6.5.2), so that no message is too
   * large only for its version.
   */
  public int headerListBytes() {
    return requestLineBytes + headerBytes + 32 * headerCount;
  }

  /**
   * For what another proxy sends: room for the fields that it adds to a message that was within
   * these limits, and for what the clients take back that share its connection.
   */
  public Limits ofProxies() {
    return with(
        limits ->
            limits
                .headerBytes(headerBytes + ADDED_BYTES)
                .headerCount(headerCount + ADDED_FIELDS)
                .resetsPerWindow(Math.max(resetsPerWindow, SHARED_RESETS)));
  }

  /** These limits with some of them changed. */
  public Limits with(UnaryOperator<LimitsBuilder> change) {
    return change.apply(new LimitsBuilder(this)).build();
  }

  private static void requirePositive(String what, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException("limit " + what + " must be greater than 0, not " + value);
    }
  }
}
