package io.heraldmesh.tls;

import io.heraldmesh.identity.SpiffeId;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Which identities each handshake in progress may meet. The number of an entry travels as the
 * engine's peer port, the one value that every TLS engine hands back to a trust manager unchanged;
 * it is not otherwise used, since nothing is resumed and no host name is compared. So one context
 * per workload serves every destination.
 */
final class ExpectedServers {
  private final AtomicInteger last = new AtomicInteger();
  private final Map<Integer, Set<SpiffeId>> running = new ConcurrentHashMap<>();

  int add(Set<SpiffeId> identities) {
    int number = last.updateAndGet(n -> n == Integer.MAX_VALUE ? 1 : n + 1);
    running.put(number, identities);
    return number;
  }

  void remove(int number) {
    running.remove(number);
  }

  /** Nothing when {@code number} names no handshake in progress: then nobody is accepted. */
  Set<SpiffeId> get(int number) {
    return running.getOrDefault(number, Set.of());
  }

  int size() {
    return running.size();
  }
}
