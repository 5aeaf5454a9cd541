package io.heraldmesh.policy;

import io.heraldmesh.identity.SpiffeId;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the connection to one endpoint is secured. A connection that cannot be made this way is not
 * made another way.
 *
 * <p>Source: Istio, DestinationRule {@code trafficPolicy.tls} and auto mTLS.
 */
public sealed interface UpstreamTls {

  /** In the clear: DISABLE, or nothing takes mesh TLS there. */
  record Plaintext() implements UpstreamTls {}

  /** Mesh TLS under the destination's own server name and identities. */
  record Mesh() implements UpstreamTls {}

  /**
   * Mesh TLS under what a DestinationRule names; ISTIO_MUTUAL.
   *
   * @param sni what the client side asks for
   * @param identities who may answer instead of the destination's own; empty: nobody
   */
  record NamedMesh(String sni, Set<SpiffeId> identities) implements UpstreamTls {
    public NamedMesh {
      identities = Set.copyOf(identities);
    }
  }

  /**
   * TLS to a server that is not the mesh's; SIMPLE, or MUTUAL when there is a client certificate.
   * Its chain and name are always verified. Paths are those of the caller's node.
   *
   * @param sni server name to ask for; null: the host that is called
   * @param names one of them must be in the server's certificate; empty: the server name
   * @param roots PEM file of the certificates that are trusted; null: the platform's
   * @param client null for SIMPLE
   */
  record Originated(
      @Nullable String sni, Set<String> names, @Nullable String roots, @Nullable ClientFiles client)
      implements UpstreamTls {
    public Originated {
      names = Set.copyOf(names);
    }
  }
}
