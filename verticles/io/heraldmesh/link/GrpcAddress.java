package io.heraldmesh.link;

import io.vertx.core.net.SocketAddress;

/** Whom a gRPC client calls. */
public final class GrpcAddress {
  private GrpcAddress() {}

  /**
   * The same server, an IPv6 address in brackets: the client makes the authority of its requests of
   * the host, and refuses one without them. Whoever resolves the host takes them off.
   */
  public static SocketAddress of(SocketAddress server) {
    String host = server.host();
    return host == null || host.indexOf(':') < 0 || host.startsWith("[")
        ? server
        : SocketAddress.inetSocketAddress(server.port(), '[' + host + ']');
  }
}
