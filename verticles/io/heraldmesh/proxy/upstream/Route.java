package io.heraldmesh.proxy.upstream;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.ClientFiles;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.UpstreamTls;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.tls.MeshProtocol;
import io.heraldmesh.tls.OriginationFiles;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One destination as one workload calls it: its endpoints, taken in turn. Thread-safe. */
public final class Route {
  private final Destination destination;
  private final Map<MeshProtocol, List<Way>> ways = new EnumMap<>(MeshProtocol.class);
  private final Set<SpiffeId> servers = new HashSet<>();
  private final AtomicInteger turn = new AtomicInteger();

  /** How one endpoint is reached, by the host that was called. */
  @FunctionalInterface
  private interface Way {
    Target to(String host);
  }

  Route(Destination destination, SpiffeId source) {
    this.destination = destination;
    for (MeshProtocol protocol : MeshProtocol.values()) {
      ways.put(
          protocol,
          destination.endpoints().stream()
              .map(endpoint -> way(endpoint, protocol, source))
              .toList());
    }
    servers.addAll(destination.identities());
    for (Endpoint endpoint : destination.endpoints()) {
      if (endpoint.tls() instanceof UpstreamTls.NamedMesh named) {
        servers.addAll(named.identities());
      }
    }
  }

  public Destination destination() {
    return destination;
  }

  /** Whether a connection on which {@code server} answers may go on. */
  public boolean mayAnswer(SpiffeId server) {
    return servers.contains(server);
  }

  /**
   * The endpoint whose turn it is; null when there is none.
   *
   * @param host as it was called: a server outside of the mesh may have to have that name
   */
  public @Nullable Target next(MeshProtocol protocol, String host) {
    List<Way> all = ways.getOrDefault(protocol, List.of());
    return switch (all.size()) {
      case 0 -> null;
      case 1 -> all.getFirst().to(host);
      default -> all.get(Math.floorMod(turn.getAndIncrement(), all.size())).to(host);
    };
  }

  private Way way(Endpoint endpoint, MeshProtocol protocol, SpiffeId source) {
    HostPort address = new HostPort(endpoint.host(), endpoint.port());
    return switch (endpoint.tls()) {
      case UpstreamTls.Plaintext p ->
          always(
              protocol == MeshProtocol.TCP
                  ? Target.plainTcp(address)
                  : Target.plain(address, protocol == MeshProtocol.HTTP2));
      case UpstreamTls.Mesh m ->
          always(mesh(address, protocol, source, destination.sni(), destination.identities()));
      case UpstreamTls.NamedMesh named ->
          always(mesh(address, protocol, source, named.sni(), named.identities()));
      case UpstreamTls.Originated o -> {
        String sni = o.sni();
        yield sni == null
            ? host -> originated(address, protocol, source, o, host)
            : always(originated(address, protocol, source, o, sni));
      }
    };
  }

  private static Way always(Target target) {
    return host -> target;
  }

  private static Target mesh(
      HostPort address, MeshProtocol protocol, SpiffeId source, String sni, Set<SpiffeId> servers) {
    return Target.secured(address, new Target.Mesh(source, protocol, sni, servers));
  }

  private static Target originated(
      HostPort address,
      MeshProtocol protocol,
      SpiffeId source,
      UpstreamTls.Originated tls,
      String sni) {
    Set<String> names = tls.names().isEmpty() ? Set.of(sni) : tls.names();
    return Target.secured(address, new Target.Originated(source, protocol, files(tls), sni, names));
  }

  /** The files that must be read before an endpoint can be called so. */
  public static OriginationFiles files(UpstreamTls.Originated tls) {
    ClientFiles client = tls.client();
    return new OriginationFiles(
        tls.roots(),
        client == null ? null : client.certificate(),
        client == null ? null : client.key());
  }
}
