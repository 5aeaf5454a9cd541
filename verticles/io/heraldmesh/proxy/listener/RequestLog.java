package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Reason;
import io.heraldmesh.proxy.log.AccessEntry;
import io.heraldmesh.proxy.log.CalledService;
import io.heraldmesh.proxy.log.Telemetry;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Gathers what the access log and the metrics say about one request or tunnel. */
final class RequestLog {
  private final Telemetry telemetry;
  private final Origin origin;
  private final String protocol;
  private final @Nullable String method;
  private final @Nullable String authority;
  private final @Nullable String path;
  private final @Nullable String requestId;
  private final @Nullable String userAgent;
  private final Instant start;
  private final long startNanos;
  private @Nullable GrpcExchange grpc;
  private long received;
  private String flag = "-";
  private @Nullable Reason reason;

  RequestLog(
      Telemetry telemetry,
      Origin origin,
      String protocol,
      @Nullable String method,
      @Nullable String authority,
      @Nullable String target,
      @Nullable String requestId,
      @Nullable String userAgent) {
    this.telemetry = telemetry;
    this.origin = origin;
    this.protocol = protocol;
    this.method = method;
    this.authority = authority;
    this.path = target == null ? null : withoutQuery(target);
    this.requestId = requestId;
    this.userAgent = userAgent;
    this.start = telemetry.now();
    this.startNanos = System.nanoTime();
  }

  Instant start() {
    return start;
  }

  Instant now() {
    return telemetry.now();
  }

  void received(long bytes) {
    received += bytes;
  }

  /** Octets of the body that have come. */
  long received() {
    return received;
  }

  /** It is a gRPC call; what {@code call} has seen by the end is told too. */
  void grpc(GrpcExchange call) {
    grpc = call;
  }

  /** What went wrong between the proxies; the first one counts. */
  void flag(String what) {
    if (flag.equals("-")) {
      flag = what;
    }
  }

  /** Takes the place of the decision's reason: it was allowed, and yet it failed. */
  void reason(Reason because) {
    reason = because;
  }

  /**
   * @param called null where the whole connection is for the same, or that is not known
   */
  void end(
      int status,
      Reason decided,
      @Nullable String principal,
      @Nullable String requestPrincipal,
      @Nullable CalledService called,
      @Nullable String upstream,
      long sent) {
    telemetry.request(
        new AccessEntry(
            start,
            origin.reporter(),
            origin.workload(),
            protocol,
            method,
            authority,
            path,
            status,
            flag,
            reason == null ? decided : reason,
            false,
            principal == null ? origin.principal() : principal,
            requestPrincipal,
            origin.mutualTls(),
            called == null ? origin.called() : called,
            origin.address(),
            upstream,
            requestId,
            userAgent,
            grpc == null ? null : grpc.seen(),
            received,
            sent,
            (System.nanoTime() - startNanos) / 1000),
        decided);
  }

  private static String withoutQuery(String target) {
    int query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }
}
