package io.heraldmesh.policy;

import io.heraldmesh.jwt.VerifiedToken;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that rules may ask about one request or TCP connection. Made for one decision and used by one
 * thread; costly forms are worked out when first asked for.
 */
final class Facts {
  final Connection connection;
  final @Nullable Peer peer;
  private final @Nullable RequestHead request;
  private final String path;
  private @Nullable Authority authority;
  private @Nullable VerifiedToken token;

  private Facts(
      Connection connection, @Nullable Peer peer, @Nullable RequestHead request, String path) {
    this.connection = connection;
    this.peer = peer;
    this.request = request;
    this.path = path;
  }

  static Facts ofRequest(
      Connection connection, @Nullable Peer peer, RequestHead request, String path) {
    return new Facts(connection, peer, request, path);
  }

  static Facts ofTcp(Connection connection, @Nullable Peer peer) {
    return new Facts(connection, peer, null, "");
  }

  boolean isTcp() {
    return request == null;
  }

  /** The normalized path without the query. */
  String path() {
    return path;
  }

  /**
   * @throws IllegalStateException on TCP, where no rule that is left asks for it
   */
  RequestHead request() {
    if (request == null) {
      throw new IllegalStateException("a TCP connection has no request");
    }
    return request;
  }

  Authority authority() {
    Authority known = authority;
    if (known == null) {
      known = Authority.of(request().authority().strip());
      authority = known;
    }
    return known;
  }

  /** The token that request principals and claims are read from, if any was verified. */
  @Nullable VerifiedToken token() {
    return token;
  }

  void token(@Nullable VerifiedToken value) {
    token = value;
  }

  List<String> header(String name) {
    return request().values(name);
  }
}
