package io.heraldmesh.bus;

import io.heraldmesh.identity.SpiffeId;
import java.util.HashMap;
import java.util.Map;

/**
 * How many requests of one caller a server has under way, so that none takes the places of all
 * others. Ask only after the signature was verified: nobody else can then use up a caller's share.
 * Thread-safe.
 */
final class CallerShares {
  /** Of all types: as many workloads of a node get their certificates at the same time. */
  static final int MOST = 128;

  /** By caller and type; without those that have none. */
  private final Map<SpiffeId, Map<String, Integer>> open = new HashMap<>();

  /**
   * Counts one request, until {@link #end}.
   *
   * @return false: it is one too many, and does not count
   */
  synchronized boolean begin(SpiffeId caller, Operation<?, ?> operation) {
    Map<String, Integer> own = open.getOrDefault(caller, Map.of());
    int all = own.values().stream().mapToInt(Integer::intValue).sum();
    if (all >= MOST || own.getOrDefault(operation.type(), 0) >= operation.mostOfOneCaller()) {
      return false;
    }
    open.computeIfAbsent(caller, none -> new HashMap<>()).merge(operation.type(), 1, Integer::sum);
    return true;
  }

  synchronized void end(SpiffeId caller, Operation<?, ?> operation) {
    open.computeIfPresent(
        caller,
        (id, own) -> {
          own.computeIfPresent(operation.type(), (type, count) -> count > 1 ? count - 1 : null);
          return own.isEmpty() ? null : own;
        });
  }

  /** How many have something under way. */
  synchronized int callers() {
    return open.size();
  }
}
