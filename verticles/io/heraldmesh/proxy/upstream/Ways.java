package io.heraldmesh.proxy.upstream;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.ConnectionLimits;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.UpstreamTls;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.upstream.Target.Apart;
import io.heraldmesh.tls.MeshProtocol;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a workload reaches the endpoints of one destination. */
final class Ways {
  /**
   * Connections to themselves that requests of HTTP/1.1 have on one event loop before they share:
   * see docs/decisions/0010-sharing-connections.md.
   */
  private static final Apart BY_WEIGHT = new Apart(4, 64);

  private static final Apart COUNTED = new Apart(64, 64);

  private final Destination destination;
  private final SpiffeId source;
  private final Circuit circuit;
  private final ConnectionLimits limits;

  /** How one endpoint is reached, by the host that was called. */
  @FunctionalInterface
  interface Way {
    Target to(String host);
  }

  Ways(Destination destination, SpiffeId source, Circuit circuit) {
    this.destination = destination;
    this.source = source;
    this.circuit = circuit;
    this.limits = destination.balancing().connections();
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
    Apart apart = protocol == MeshProtocol.HTTP1 ? apart(endpoint) : null;
    return apart == null ? target : target.sharing(single(endpoint, shared(endpoint), host), apart);
  }

  /** Null: requests never share. */
  private @Nullable Apart apart(Endpoint endpoint) {
    boolean mesh =
        !(endpoint.tls() instanceof UpstreamTls.Plaintext)
            && !(endpoint.tls() instanceof UpstreamTls.Originated);
    return switch (limits.sharing()) {
      case ALWAYS -> Apart.NONE;
      case DEFAULT -> {
        if (!mesh || destination.protocol() != Protocol.HTTP) {
          yield null;
        }
        yield limits.areCounted() ? COUNTED : BY_WEIGHT;
      }
      case NEVER, CLIENTS -> null;
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
          case UpstreamTls.Originated o -> Target.secured(address, originated(protocol, o, host));
        };
    return target.within(limits, circuit);
  }

  private Target mesh(HostPort address, MeshProtocol protocol, String sni, Set<SpiffeId> servers) {
    return Target.secured(address, new Target.Mesh(source, protocol, sni, servers));
  }

  /** A connection for {@code target} is what {@code tls} asks for; not by mesh TLS. */
  boolean isSecured(Target target, UpstreamTls tls) {
    return switch (tls) {
      case UpstreamTls.Plaintext p -> target.secured() == null;
      case UpstreamTls.Mesh m -> false;
      case UpstreamTls.NamedMesh n -> false;
      case UpstreamTls.Originated o ->
          target.secured() instanceof Target.Originated made
              && made.equals(originated(made.protocol(), o, made.sni()));
    };
  }

  Target.Originated originated(MeshProtocol protocol, UpstreamTls.Originated tls, String host) {
    String sni = tls.sni() == null ? host : tls.sni();
    Set<String> names = tls.names().isEmpty() ? Set.of(sni) : tls.names();
    return new Target.Originated(source, protocol, Route.files(tls), sni, names);
  }
}
