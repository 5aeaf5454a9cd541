package io.heraldmesh.proxy.log;

import org.jspecify.annotations.Nullable;

/**
 * What calls that are counted together have in common.
 *
 * @param workload {@code namespace/name} of this node's workload
 * @param principal of the caller; null when it proved none
 * @param destination {@code namespace/name} of what was called; null when nothing was
 * @param host the full name of what was called; null when nothing was
 * @param protocol {@code http}, {@code grpc} or {@code tcp}
 * @param status 0 on TCP; below 10 it is a class of them, as 5 for 500 to 599
 * @param grpcStatus null unless it is a gRPC call that has ended with one
 */
record CallKind(
    String reporter,
    String workload,
    @Nullable String principal,
    @Nullable String destination,
    @Nullable String host,
    boolean mutualTls,
    String protocol,
    int status,
    @Nullable String grpcStatus,
    String flag) {

  static CallKind of(AccessEntry entry) {
    GrpcCall grpc = entry.grpc();
    CalledService called = entry.called();
    return new CallKind(
        entry.reporter(),
        entry.workload(),
        entry.principal(),
        called == null ? null : called.service(),
        called == null ? null : called.host(),
        entry.mutualTls(),
        entry.protocol().equals("tcp") ? "tcp" : grpc == null ? "http" : "grpc",
        entry.status(),
        grpc == null ? null : grpc.status(),
        entry.flag());
  }

  boolean isGrpc() {
    return protocol.equals("grpc");
  }

  /**
   * Who called and what was called are no longer told apart; codes, which services choose, only by
   * their class.
   */
  CallKind anyone() {
    return new CallKind(
        reporter,
        workload,
        StandardTags.OTHER,
        StandardTags.OTHER,
        StandardTags.OTHER,
        mutualTls,
        protocol,
        status < 10 ? status : status / 100,
        grpcStatus == null || grpcStatus.equals("0") ? grpcStatus : StandardTags.OTHER,
        flag);
  }
}
