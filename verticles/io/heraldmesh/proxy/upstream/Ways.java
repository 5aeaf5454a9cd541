package io.heraldmesh.proxy.upstream;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.ConnectionLimits;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.UpstreamTls;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.tls.MeshProtocol;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a workload reaches the endpoints of one destination. */
final class Ways {
  /**
   * Connections of its own that requests of HTTP/1.1 with heavy messages have on one event loop
   * before they share: see docs/decisions/0010-sharing-connections.md.
   */
  private static final int APART = 64;

  private final Destination destination;
  private final SpiffeId source;
  private final Circuit circuit;
  private final ConnectionLimits limits;
  private final @Nullable Weight weight;

  /** How one endpoint is reached, by the host that was called. */
  @FunctionalInterface
  interface Way {
    Target to(String host);
  }

  /**
   * @param weight of what goes between the two
   */
  Ways(Destination destination, SpiffeId source, Circuit circuit, Weight weight) {
    this.destination = destination;
    this.source = source;
    this.circuit = circuit;
    this.limits = destination.balancing().connections();
    this.weight = limits.areCounted() ? null : weight;
  }

  Way to(Endpoint endpoint, MeshProtocol protocol) {
    if (endpoint.tls() instanceof UpstreamTls.Originated o && o.sni() == null) {
      return host -> target(endpoint, protocol, host);
    }
    Target target = target(endpoint, protocol, "");
    return host -> target;
  }

  private Target target(Endpoint endpoint, MeshProtocol protocol, String host) {
    Target target = single(endpoint, protocol, host);
    int apart = protocol == MeshProtocol.HTTP1 ? apart(endpoint) : Integer.MAX_VALUE;
    return apart == Integer.MAX_VALUE
        ? target
        : target.sharing(single(endpoint, shared(endpoint), host), apart, weight);
  }

  private int apart(Endpoint endpoint) {
    boolean mesh =
        !(endpoint.tls() instanceof UpstreamTls.Plaintext)
            && !(endpoint.tls() instanceof UpstreamTls.Originated);
    return switch (limits.sharing()) {
      case ALWAYS -> 0;
      case DEFAULT -> mesh && destination.protocol() == Protocol.HTTP ? APART : Integer.MAX_VALUE;
      case NEVER, CLIENTS -> Integer.MAX_VALUE;
    };
  }

  /** Only a proxy knows what the service behind it speaks, and can decline. */
  private static MeshProtocol shared(Endpoint endpoint) {
    return switch (endpoint.tls()) {
      case UpstreamTls.Mesh m -> MeshProtocol.SHARED;
      case UpstreamTls.NamedMesh n -> MeshProtocol.SHARED;
      case UpstreamTls.Plaintext p -> MeshProtocol.HTTP2;
      case UpstreamTls.Originated o -> MeshProtocol.HTTP2;
    };
  }

  private Target single(Endpoint endpoint, MeshProtocol protocol, String host) {
    HostPort address = new HostPort(endpoint.host(), endpoint.port());
    Target target =
        switch (endpoint.tls()) {
          case UpstreamTls.Plaintext p ->
              protocol == MeshProtocol.TCP
                  ? Target.plainTcp(address)
                  : Target.plain(address, protocol == MeshProtocol.HTTP2);
          case UpstreamTls.Mesh m ->
              mesh(address, protocol, destination.sni(), destination.identities());
          case UpstreamTls.NamedMesh named ->
              mesh(address, protocol, named.sni(), named.identities());
          case UpstreamTls.Originated o -> originated(address, protocol, o, host);
        };
    return target.within(limits, circuit);
  }

  private Target mesh(HostPort address, MeshProtocol protocol, String sni, Set<SpiffeId> servers) {
    return Target.secured(address, new Target.Mesh(source, protocol, sni, servers));
  }

  private Target originated(
      HostPort address, MeshProtocol protocol, UpstreamTls.Originated tls, String host) {
    String sni = tls.sni() == null ? host : tls.sni();
    Set<String> names = tls.names().isEmpty() ? Set.of(sni) : tls.names();
    return Target.secured(
        address, new Target.Originated(source, protocol, Route.files(tls), sni, names));
  }
}
