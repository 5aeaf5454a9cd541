package io.heraldmesh.tls;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Which names each handshake in progress may meet: identities in the mesh, host names outside. The
 * number of an entry travels as the engine's peer port, the one value that every TLS engine hands
 * back to a trust manager unchanged; it is not otherwise used, since nothing is resumed and no port
 * is compared. So one context serves every destination.
 */
final class ExpectedServers<N> {
  private final AtomicInteger last = new AtomicInteger();
  private final Map<Integer, Set<N>> running = new ConcurrentHashMap<>();

  int add(Set<N> names) {
    int number = last.updateAndGet(n -> n == Integer.MAX_VALUE ? 1 : n + 1);
    running.put(number, names);
    return number;
  }

  void remove(int number) {
    running.remove(number);
  }

  /** Nothing when {@code number} names no handshake in progress: then nobody is accepted. */
  Set<N> get(int number) {
    return running.getOrDefault(number, Set.of());
  }

  int size() {
    return running.size();
  }
}
