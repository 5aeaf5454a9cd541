package io.heraldmesh.proxy.upstream;

import io.heraldmesh.policy.AddressBlock;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Endpoint;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the addresses that clients dial stand for. What says more about an address goes first:
 *
 * <ol>
 *   <li>a service's own address and port ({@code clusterIP});
 *   <li>an endpoint, as the mesh reaches it;
 *   <li>the service's own port on an endpoint's host: what a client without a proxy would dial;
 *   <li>the service port on an endpoint's host: the service's name resolves to its hosts;
 *   <li>a block of addresses, the longest first; that of all addresses where the port alone tells.
 * </ol>
 *
 * Of several destinations for one address the first stays, as with names; where it is a block that
 * they share, a name that the client says tells which. Immutable.
 */
final class AddressIndex {
  private final Map<InetSocketAddress, Addressed> exact = new HashMap<>();
  private final List<Block> blocks = new ArrayList<>();

  /**
   * @param shared another destination may be meant by an address of it
   */
  private record Block(AddressBlock block, int prefix, int port, Addressed to, boolean shared) {}

  AddressIndex(List<Route> routes) {
    SharedBlocks shared = new SharedBlocks(routes);
    for (Route route : routes) {
      services(route, shared);
    }
    for (Route route : routes) {
      endpoints(route, Endpoint::port);
    }
    for (Route route : routes) {
      endpoints(route, Endpoint::workloadPort);
    }
    for (Route route : routes) {
      endpoints(route, endpoint -> route.destination().port());
    }
    blocks.sort(Comparator.comparingInt(Block::prefix).reversed());
  }

  /**
   * @param dialled with an IPv4 address where it is one, mapped or not
   */
  @Nullable Addressed find(InetSocketAddress dialled) {
    Addressed found = exact.get(dialled);
    if (found != null) {
      return found;
    }
    Block block = block(dialled);
    return block == null ? null : block.to;
  }

  /** Whether a name that the client says would tell more than {@code dialled} does. */
  boolean shared(InetSocketAddress dialled) {
    Block block = exact.containsKey(dialled) ? null : block(dialled);
    return block != null && block.shared;
  }

  private @Nullable Block block(InetSocketAddress dialled) {
    for (Block block : blocks) {
      if (block.port == dialled.getPort() && block.block.contains(dialled.getAddress())) {
        return block;
      }
    }
    return null;
  }

  /** Which of an endpoint's ports is meant. */
  @FunctionalInterface
  private interface PortOf {
    int of(Endpoint endpoint);
  }

  private void services(Route route, SharedBlocks shared) {
    Destination destination = route.destination();
    for (String text : destination.addresses().blocks()) {
      int slash = text.indexOf('/');
      Addressed to = new Addressed(route, -1, false);
      InetAddress single = slash < 0 ? literal(text) : null;
      if (single != null) {
        exact.putIfAbsent(new InetSocketAddress(single, destination.port()), to);
      } else {
        int prefix = Integer.parseInt(text.substring(slash + 1));
        int port = destination.port();
        blocks.add(
            new Block(AddressBlock.parse(text), prefix, port, to, shared.has(text, prefix, port)));
      }
    }
  }

  /** Names are not resolved: who dials one of their addresses is known by nobody. */
  private void endpoints(Route route, PortOf port) {
    List<Endpoint> endpoints = route.destination().endpoints();
    for (int i = 0; i < endpoints.size(); i++) {
      InetAddress ip = literal(endpoints.get(i).host());
      if (ip != null) {
        exact.putIfAbsent(
            new InetSocketAddress(ip, port.of(endpoints.get(i))), new Addressed(route, i, false));
      }
    }
  }

  private static @Nullable InetAddress literal(String host) {
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(host);
    try {
      return bytes == null ? null : InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of 4 or 16 bytes is always legal", e);
    }
  }
}
