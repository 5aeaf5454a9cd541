package io.heraldmesh.proxy.log;

import io.heraldmesh.policy.Reason;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One line of the access log. Holds no header, token or query, and of what a client says no more
 * than is written: lines that wait take little room, whatever clients send.
 *
 * @param reporter {@code source} for the client-side proxy, {@code destination} for the server-side
 *     one
 * @param protocol {@code http/1.1}, {@code h2} or {@code tcp}
 * @param method null on TCP
 * @param path without the query; null on TCP
 * @param status as sent to the client; 0 without an HTTP answer
 * @param flag what went wrong between the proxies, such as {@code upstream_identity_refused};
 *     {@code -} when nothing did
 * @param denied a connection that was closed for {@code reason}, with nothing else to say so
 * @param called null where that is not known
 * @param upstream the address that was called, or null when none was
 * @param requestId value of {@code x-request-id}
 * @param userAgent as the client says
 * @param grpc null unless it is a gRPC call
 */
public record AccessEntry(
    Instant start,
    String reporter,
    String workload,
    String protocol,
    @Nullable String method,
    @Nullable String authority,
    @Nullable String path,
    int status,
    String flag,
    Reason reason,
    boolean denied,
    @Nullable String principal,
    @Nullable String requestPrincipal,
    boolean mutualTls,
    @Nullable CalledService called,
    @Nullable String source,
    @Nullable String upstream,
    @Nullable String requestId,
    @Nullable String userAgent,
    @Nullable GrpcCall grpc,
    long bytesIn,
    long bytesOut,
    long durationMicros) {
  /** Of what a client says; writers show no more of it. */
  static final int LONGEST = 1024;

  public AccessEntry {
    method = cut(method);
    authority = cut(authority);
    path = cut(path);
    requestPrincipal = cut(requestPrincipal);
    requestId = cut(requestId);
    userAgent = cut(userAgent);
  }

  /** {@code namespace/name} of what was called; null where that is not known. */
  public @Nullable String destination() {
    return called == null ? null : called.service();
  }

  /** The request or connection was not let through as asked, or the service said no. */
  public boolean refused() {
    return denied
        || status == 0 && !protocol.equals("tcp")
        || status >= 400
        || !flag.equals("-")
        || grpc != null && grpc.status() != null && !grpc.status().equals("0");
  }

  /** One more than is written, so that writers see that there was more. */
  private static @Nullable String cut(@Nullable String value) {
    return value == null || value.length() <= LONGEST ? value : value.substring(0, LONGEST + 1);
  }
}
