package io.heraldmesh.policy;

import io.heraldmesh.jwt.VerifiedToken;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that rules may ask about one request or TCP connection. Made for one decision and used by one
 * thread; costly forms are worked out when first asked for.
 */
final class Facts {
  private static final Target NO_TARGET = new Target("", "");

  final Connection connection;
  final @Nullable Peer peer;
  private final @Nullable RequestHead request;
  private final Target target;
  private final TokenChanges changes;
  private @Nullable Authority authority;
  private @Nullable VerifiedToken token;

  private Facts(
      Connection connection,
      @Nullable Peer peer,
      @Nullable RequestHead request,
      Target target,
      TokenChanges changes) {
    this.connection = connection;
    this.peer = peer;
    this.request = request;
    this.target = target;
    this.changes = changes;
  }

  static Facts ofRequest(
      Connection connection,
      @Nullable Peer peer,
      RequestHead request,
      Target target,
      TokenChanges changes) {
    return new Facts(connection, peer, request, target, changes);
  }

  static Facts ofTcp(Connection connection, @Nullable Peer peer) {
    return new Facts(connection, peer, null, NO_TARGET, TokenChanges.NONE);
  }

  boolean isTcp() {
    return request == null;
  }

  /** The normalized path without the query. */
  String path() {
    return target.path();
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

  /**
   * The values of a header as the service will get it; pseudo headers too, and {@code host} as what
   * it is in every protocol version, the authority.
   *
   * @param name in lower case
   */
  List<String> header(String name) {
    List<String> changed = changes.values(name);
    if (changed != null) {
      return changed;
    }
    return switch (name) {
      case ":method" -> List.of(request().method());
      case ":path" -> List.of(target.full());
      case ":scheme" -> List.of(request().scheme());
      case ":authority", "host" ->
          request().authority().isEmpty() ? List.of() : List.of(request().authority());
      default -> request().values(name);
    };
  }
}
