package io.heraldmesh.proxy.upstream;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Routes by host and port. A host may begin with a star, which stands for whatever comes before the
 * rest, nothing included; the exact host goes before, then the longest such one. Source: Istio,
 * {@code host.Name.Matches} and {@code MostSpecificHostMatch}.
 */
final class HostTable {
  private final Map<String, Map<Integer, Route>> exact = new HashMap<>();
  private final Map<String, Map<Integer, Route>> wildcard = new HashMap<>();

  /** How long what follows the star is, where it is no dot: those may begin anywhere in a host. */
  private final BitSet lengths = new BitSet();

  /** The first of two that claim one host stays, so a late one takes nothing over. */
  void put(String host, Route route) {
    if (host.startsWith("*")) {
      String ending = host.substring(1);
      put(wildcard, ending, route);
      if (!ending.startsWith(".")) {
        lengths.set(ending.length());
      }
    } else {
      put(exact, host, route);
    }
  }

  @Nullable Route find(String host, int port) {
    Route route = in(exact.get(host), port);
    for (int at = next(host, 0); route == null && at >= 0; at = next(host, at + 1)) {
      route = in(wildcard.get(host.substring(at)), port);
    }
    return route;
  }

  /** Of the one that says most of {@code host}, by port. */
  Map<Integer, Route> ports(String host) {
    Map<Integer, Route> ports = exact.get(host);
    for (int at = next(host, 0); ports == null && at >= 0; at = next(host, at + 1)) {
      ports = wildcard.get(host.substring(at));
    }
    return ports == null ? Map.of() : ports;
  }

  /** Where an ending of {@code host} begins that may be known; -1: nowhere from there on. */
  private int next(String host, int from) {
    if (lengths.isEmpty()) {
      return host.indexOf('.', from);
    }
    for (int at = from; at < host.length(); at++) {
      if (host.charAt(at) == '.' || lengths.get(host.length() - at)) {
        return at;
      }
    }
    return -1;
  }

  private static void put(Map<String, Map<Integer, Route>> table, String host, Route route) {
    table
        .computeIfAbsent(host, h -> new HashMap<>())
        .putIfAbsent(route.destination().port(), route);
  }

  private static @Nullable Route in(@Nullable Map<Integer, Route> ports, int port) {
    return ports == null ? null : ports.get(port);
  }
}
