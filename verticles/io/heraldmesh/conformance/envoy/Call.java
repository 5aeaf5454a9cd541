package io.heraldmesh.conformance.envoy;

import io.heraldmesh.conformance.OfflineCall;
import io.heraldmesh.identity.SpiffeId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request or TCP connection as both sides see it.
 *
 * @param peer null: plain text
 * @param http null on TCP
 * @param claims of its token, or null without one
 * @param token the same as a signed token
 */
record Call(
    @Nullable SpiffeId peer,
    OfflineCall.Addresses addresses,
    int port,
    @Nullable String sni,
    @Nullable Http http,
    @Nullable Map<String, Object> claims,
    @Nullable String token) {

  /**
   * @param path normalized, without the query
   * @param headers names of the headers that policies ask for
   * @param header the values of each of them
   */
  record Http(
      String method,
      String path,
      String query,
      String host,
      Set<String> headers,
      List<String> header) {}
}
