package io.heraldmesh.proxy;

import io.heraldmesh.compile.TrafficPolicies;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.Protocol;
import java.util.List;
import java.util.Set;

/** A mesh whose service is called under a DestinationRule. */
final class Ruled {
  private final Mesh mesh;

  Ruled(Mesh mesh) {
    this.mesh = mesh;
  }

  /** The mesh's own server, by mesh TLS. */
  void by(String trafficPolicy) {
    by(trafficPolicy, new Endpoint("127.0.0.1", mesh.inbound.getPort(), true));
  }

  /** An HTTP server that has no proxy. */
  static Endpoint plain(int port) {
    return new Endpoint("127.0.0.1", port, false);
  }

  /**
   * @param trafficPolicy in YAML's flow style
   */
  void by(String trafficPolicy, Endpoint... endpoints) {
    Destination server = mesh.destination("server", Set.of(Mesh.SERVER_ID), List.of(endpoints));
    by(trafficPolicy, server.protocol(), endpoints);
  }

  void by(String trafficPolicy, Protocol protocol, Endpoint... endpoints) {
    mesh.destinations(List.of(destination(trafficPolicy, protocol, endpoints)));
  }

  Destination destination(String trafficPolicy, Protocol protocol, Endpoint... endpoints) {
    Destination server = mesh.destination("server", Set.of(Mesh.SERVER_ID), List.of(endpoints));
    return new Destination(
        server.service(),
        server.hosts(),
        server.port(),
        protocol,
        server.sni(),
        server.identities(),
        server.endpoints(),
        TrafficPolicies.balancing(trafficPolicy));
  }
}
