package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.log.CalledService;
import org.jspecify.annotations.Nullable;

/**
 * What is the same for all requests of a client connection.
 *
 * @param reporter {@code source} or {@code destination}
 * @param workload {@code namespace/name} of this node's workload
 * @param principal the caller's proven identity without {@code spiffe://}
 * @param address of the direct peer, without port
 * @param called what all of them are for; null: each says so itself
 */
record Origin(
    String reporter,
    String workload,
    @Nullable String principal,
    boolean mutualTls,
    @Nullable String address,
    @Nullable CalledService called) {

  /** Of a connection whose requests are each for something else. */
  Origin(
      String reporter,
      String workload,
      @Nullable String principal,
      boolean mutualTls,
      @Nullable String address) {
    this(reporter, workload, principal, mutualTls, address, null);
  }
}
