package io.heraldmesh.compile;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.Protocol;
import java.util.List;
import java.util.Set;

/**
 * One port of one service: what it is called, who may answer for it and where; not yet how.
 *
 * @param namespace where the service is declared
 * @param name of what declares it
 * @param hosts every name it is called by
 * @param host the full one, by which DestinationRules mean it
 * @param addresses virtual addresses and blocks
 * @param anywhere it has no endpoints but whatever address its clients dial
 * @param passthrough its endpoints are reached by their own addresses (headless)
 */
record ServicePort(
    String namespace,
    String name,
    Set<String> hosts,
    String host,
    int port,
    Protocol protocol,
    Set<SpiffeId> identities,
    List<Backend> backends,
    List<String> addresses,
    boolean anywhere,
    boolean passthrough) {
  ServicePort {
    hosts = Set.copyOf(hosts);
    identities = Set.copyOf(identities);
    backends = List.copyOf(backends);
    addresses = List.copyOf(addresses);
  }

  String service() {
    return namespace + "/" + name;
  }

  /** The server name that mesh TLS asks for; {@code subset} is empty for the service as a whole. */
  String sni(String subset) {
    return "outbound_." + port + "_." + (subset.isEmpty() ? "_" : subset + "_") + "." + host;
  }

  String describe() {
    return host + " port " + port;
  }
}
