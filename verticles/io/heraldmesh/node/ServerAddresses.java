package io.heraldmesh.node;

import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.yaml.Value;
import java.util.HashMap;
import java.util.Map;

/**
 * Where a node's own servers listen. Two of one process at one address would not fail: connections
 * would go to the one and to the other in turn.
 */
final class ServerAddresses {
  private final Map<HostPort, String> taken = new HashMap<>();

  /**
   * Takes the address for {@code server}.
   *
   * @param value where to say that another has it
   */
  HostPort take(String server, HostPort address, Value value) {
    String other = address.port() == 0 ? null : taken.putIfAbsent(address, server);
    if (other != null) {
      value.problem(
          ProblemCode.CONFLICT,
          "spec." + other + " listens on " + address + " already",
          "give each server a port of its own");
    }
    return address;
  }
}
