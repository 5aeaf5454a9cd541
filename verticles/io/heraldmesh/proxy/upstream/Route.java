package io.heraldmesh.proxy.upstream;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.tls.MeshProtocol;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One destination as one workload calls it: its endpoints, taken in turn. Thread-safe. */
public final class Route {
  private final Destination destination;
  private final Map<MeshProtocol, List<Target>> targets = new EnumMap<>(MeshProtocol.class);
  private final AtomicInteger turn = new AtomicInteger();

  Route(Destination destination, SpiffeId source) {
    this.destination = destination;
    for (MeshProtocol protocol : MeshProtocol.values()) {
      targets.put(
          protocol,
          destination.endpoints().stream()
              .map(endpoint -> target(endpoint, protocol, source))
              .toList());
    }
  }

  public Destination destination() {
    return destination;
  }

  /** The endpoint whose turn it is; null when there is none. */
  public @Nullable Target next(MeshProtocol protocol) {
    List<Target> all = targets.getOrDefault(protocol, List.of());
    return switch (all.size()) {
      case 0 -> null;
      case 1 -> all.getFirst();
      default -> all.get(Math.floorMod(turn.getAndIncrement(), all.size()));
    };
  }

  private Target target(Endpoint endpoint, MeshProtocol protocol, SpiffeId source) {
    HostPort address = new HostPort(endpoint.host(), endpoint.port());
    if (endpoint.mutualTls()) {
      return Target.mesh(
          address, new Target.Mesh(source, protocol, destination.sni(), destination.identities()));
    }
    return protocol == MeshProtocol.TCP
        ? Target.plainTcp(address)
        : Target.plain(address, protocol == MeshProtocol.HTTP2);
  }
}
