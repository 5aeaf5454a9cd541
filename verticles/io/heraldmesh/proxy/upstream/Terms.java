package io.heraldmesh.proxy.upstream;

import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.UpstreamTls;
import io.heraldmesh.proxy.HostPort;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * How connections to one destination are secured now, to judge those by that are open already.
 * Immutable.
 */
final class Terms {
  private final Map<HostPort, Set<UpstreamTls>> endpoints = new HashMap<>();
  private final Set<UpstreamTls> all = new HashSet<>();

  Terms(Destination destination) {
    for (Endpoint endpoint : destination.endpoints()) {
      endpoints.merge(
          new HostPort(endpoint.host(), endpoint.port()), Set.of(endpoint.tls()), Terms::union);
      all.add(endpoint.tls());
    }
    UpstreamTls dialled = destination.addresses().dialled();
    if (dialled != null) {
      all.add(dialled);
      endpoints.replaceAll((address, tls) -> union(tls, Set.of(dialled)));
    }
  }

  /**
   * Any of them will do. Those of all endpoints where {@code address} is none any more: it may
   * finish what it does. Empty: nothing is known of any.
   */
  Set<UpstreamTls> at(HostPort address) {
    return endpoints.getOrDefault(address, all);
  }

  private static Set<UpstreamTls> union(Set<UpstreamTls> some, Set<UpstreamTls> others) {
    if (some.containsAll(others)) {
      return some;
    }
    Set<UpstreamTls> both = new HashSet<>(some);
    both.addAll(others);
    return both;
  }
}
