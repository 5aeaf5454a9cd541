package io.heraldmesh.proxy.listener;

import org.jspecify.annotations.Nullable;

/**
 * What is the same for all requests of a client connection.
 *
 * @param reporter {@code source} or {@code destination}
 * @param workload {@code namespace/name} of this node's workload
 * @param principal the caller's proven identity without {@code spiffe://}
 * @param address of the direct peer, without port
 */
record Origin(
    String reporter,
    String workload,
    @Nullable String principal,
    boolean mutualTls,
    @Nullable String address) {

  /**
   * What all calls of the connection are for, {@code namespace/name}; null: each says so itself.
   */
  @Nullable String called() {
    return reporter.equals("destination") ? workload : null;
  }
}
