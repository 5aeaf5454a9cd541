package io.heraldmesh.proxy.upstream;

import io.heraldmesh.policy.Destination;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** By which blocks of addresses, and at which ports, more than one destination may be meant. */
final class SharedBlocks {
  private final Set<BlockPort> shared = new HashSet<>();
  private final Set<Integer> sharedPorts = new HashSet<>();

  private record BlockPort(String block, int port) {}

  SharedBlocks(List<Route> routes) {
    Set<BlockPort> blocks = new HashSet<>();
    Set<Integer> ports = new HashSet<>();
    for (Route route : routes) {
      Destination destination = route.destination();
      int port = destination.port();
      if (!ports.add(port)) {
        sharedPorts.add(port);
      }
      for (String block : Set.copyOf(destination.addresses().blocks())) {
        BlockPort one = new BlockPort(block, port);
        if (!blocks.add(one)) {
          shared.add(one);
        }
      }
    }
  }

  /** In the block of all addresses is whoever has the port. */
  boolean has(String block, int prefix, int port) {
    return prefix == 0 ? sharedPorts.contains(port) : shared.contains(new BlockPort(block, port));
  }
}
