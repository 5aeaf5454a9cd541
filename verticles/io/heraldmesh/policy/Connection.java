package io.heraldmesh.policy;

import io.heraldmesh.identity.SpiffeId;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a connection that reached a workload, however it came.
 *
 * @param tls how it was protected
 * @param peer the caller's verified identity; null without mutual TLS
 * @param sourceIp the direct peer's address
 * @param remoteIp the client's address after trusted hops; the same as {@code sourceIp} without any
 * @param port the workload port it is for, not the listener's own
 * @param sni the server name that the client asked for
 */
public record Connection(
    Tls tls,
    @Nullable SpiffeId peer,
    InetAddress sourceIp,
    InetAddress remoteIp,
    InetAddress destinationIp,
    int port,
    @Nullable String sni) {

  /** The same connection, of a request whose client has this address. */
  Connection ofClient(InetAddress address) {
    return address.equals(remoteIp)
        ? this
        : new Connection(tls, peer, sourceIp, address, destinationIp, port, sni);
  }

  /**
   * {@code NONE} plain text, {@code SIMPLE} TLS that is not the mesh's, {@code MUTUAL} mesh TLS.
   */
  public enum Tls {
    NONE,
    SIMPLE,
    MUTUAL
  }
}
