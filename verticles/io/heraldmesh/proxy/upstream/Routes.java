package io.heraldmesh.proxy.upstream;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.ConnectionLimits;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.upstream.Target.Chosen;
import io.heraldmesh.tls.MeshProtocol;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one workload may call, by host name and port. A service of the caller's own namespace is
 * also found by its bare name. Immutable.
 */
public final class Routes {
  private static final int HTTPS_PORT = 443;

  private final HostTable hosts = new HostTable();
  private final Map<Key, Route> all = new HashMap<>();
  private final Set<Integer> ports = new HashSet<>();
  private final @Nullable AddressIndex addresses;
  private final boolean registryOnly;

  /** Of calls that are passed on: connections are shared only where this is the same. */
  private final Circuit passedOn;

  /** What makes a destination the same in two snapshots. */
  private record Key(String service, String sni) {}

  /**
   * @param source the calling workload
   * @param before those of the last snapshot; null: this is the first
   * @param captured the workload is also led here by the addresses that it dials
   * @param registryOnly nothing but {@code destinations} may be called
   */
  public Routes(
      List<Destination> destinations,
      SpiffeId source,
      String namespace,
      @Nullable Routes before,
      boolean captured,
      boolean registryOnly) {
    List<Route> inOrder = new ArrayList<>();
    for (Destination destination : destinations) {
      Key key = new Key(destination.service(), destination.sni());
      Route route = new Route(destination, source, before == null ? null : before.all.get(key));
      all.put(key, route);
      inOrder.add(route);
      ports.add(destination.port());
    }
    // what the caller's own namespace calls so goes before what others declare
    inOrder.forEach(route -> putBareNames(route, "." + namespace));
    inOrder.forEach(route -> route.destination().hosts().forEach(host -> hosts.put(host, route)));
    this.addresses = captured ? new AddressIndex(inOrder) : null;
    this.registryOnly = registryOnly;
    this.passedOn = before == null ? new Circuit() : before.passedOn;
  }

  /** As {@link Destination#answersTo} takes them. */
  private void putBareNames(Route route, String ending) {
    for (String host : route.destination().hosts()) {
      if (host.endsWith(ending)) {
        String name = host.substring(0, host.length() - ending.length());
        if (name.indexOf('.') < 0 && name.indexOf('*') < 0) {
          hosts.put(name, route);
        }
      }
    }
  }

  /** What {@code dialled} stands for; null: for nothing in the mesh. */
  public @Nullable Addressed at(InetSocketAddress dialled) {
    return addresses == null ? null : addresses.find(dialled);
  }

  /** Whether a name that its client says would tell more than {@code dialled} does. */
  public boolean shared(InetSocketAddress dialled) {
    return addresses != null && addresses.shared(dialled);
  }

  /**
   * What a captured call names that was going to {@code dialled}; null: nothing in the mesh. Where
   * clients pick among the endpoints of a service, it is the one they picked.
   *
   * @param host in lower case, without a trailing dot
   */
  public @Nullable Addressed named(String host, InetSocketAddress dialled) {
    Route route = find(host, dialled.getPort());
    if (route == null) {
      return null;
    }
    Addressed there = route.destination().addresses().direct() ? at(dialled) : null;
    int endpoint = there != null && there.route() == route ? there.endpoint() : -1;
    return new Addressed(route, endpoint, true);
  }

  /**
   * A call to what is no destination of the mesh, to be passed on to where it was going, over a
   * connection of this workload's.
   *
   * @param protocol as its client speaks
   */
  public Choice elsewhere(MeshProtocol protocol, InetSocketAddress dialled) {
    HostPort address = Addressed.hostPort(dialled);
    Target target =
        protocol == MeshProtocol.TCP
            ? Target.plainTcp(address)
            : Target.plain(address, protocol == MeshProtocol.HTTP2);
    return Choice.only(target.within(ConnectionLimits.NONE, passedOn).chosen(Chosen.BY_WORKLOAD));
  }

  /** Whether a name could be called at {@code port}. */
  public boolean hasPort(int port) {
    return ports.contains(port);
  }

  /** What is no destination must not be called. */
  public boolean registryOnly() {
    return registryOnly;
  }

  /**
   * @param host in lower case, without a trailing dot
   */
  public @Nullable Route find(String host, int port) {
    return hosts.find(host, port);
  }

  /**
   * What a TLS client means that names its server and no port: the one at port 443, or else the
   * only one of that name, if it takes bytes; null: there is none. Source: Istio, TLS routes by
   * server name.
   *
   * @param host in lower case, without a trailing dot
   */
  public @Nullable Route tls(String host) {
    Route route = find(host, HTTPS_PORT);
    if (route == null) {
      Map<Integer, Route> ports = hosts.ports(host);
      route = ports.size() == 1 ? ports.values().iterator().next() : null;
    }
    return route != null && takesBytes(route) ? route : null;
  }

  /** Elsewhere rules for requests would be passed by. */
  private static boolean takesBytes(Route route) {
    return switch (route.destination().protocol()) {
      case TCP, AUTO -> true;
      case HTTP, HTTP2 -> false;
    };
  }

  Collection<Route> all() {
    return all.values();
  }

  /** Where connections are counted that leave the mesh. */
  Circuit passedOn() {
    return passedOn;
  }
}
