package io.heraldmesh.distributor;

import io.heraldmesh.bus.Revision;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All nodes that count, by name, and who waits until they have what they should. Counts as it goes:
 * whether all have it is asked at each acknowledgement of each of thousands. Lives on one event
 * loop.
 */
final class NodeRoll {
  private final Map<String, NodeRecord> nodes = new TreeMap<>();

  /** What nodes that are gone said last. */
  private final Map<String, Long> gone = new HashMap<>();

  private final List<Waiter> waiters = new ArrayList<>();
  private @Nullable Revision newest;
  private int published;
  private int inForce;
  private int waitedFor;

  private record Waiter(Revision revision, Promise<Void> promise) {}

  @Nullable NodeRecord get(String name) {
    return nodes.get(name);
  }

  Collection<NodeRecord> all() {
    return Collections.unmodifiableCollection(nodes.values());
  }

  boolean knows(Collection<String> names) {
    return nodes.keySet().containsAll(names);
  }

  int size() {
    return nodes.size();
  }

  /** In the place of what was known of it. */
  void put(NodeRecord node) {
    count(nodes.put(node.name(), node), -1);
    count(node, 1);
    wake();
  }

  /**
   * It counts no more.
   *
   * @param sequence of what it said last; nothing from before counts
   */
  void remove(String name, long sequence) {
    count(nodes.remove(name), -1);
    gone.put(name, sequence);
    wake();
  }

  /** Of what a node said last, also one that is gone; 0: nothing. */
  long sequence(String name) {
    NodeRecord known = nodes.get(name);
    return known == null ? gone.getOrDefault(name, 0L) : known.sequence();
  }

  /** How many have something that they should have. */
  int published() {
    return published;
  }

  /** How many said that they have it. */
  int inForce() {
    return inForce;
  }

  /** Nothing older is given to anybody from now on. */
  void reached(Revision revision) {
    newest = revision;
    wake();
  }

  /** Completes once every node that is not silent has what it should under this one or later. */
  Future<Void> inForce(Revision wanted) {
    Promise<Void> promise = Promise.promise();
    waiters.add(new Waiter(wanted, promise));
    wake();
    return promise.future();
  }

  private void count(@Nullable NodeRecord node, int by) {
    if (node == null) {
      return;
    }
    published += node.wanted() == null ? 0 : by;
    inForce += node.inForce() ? by : 0;
    waitedFor += node.silent() || node.inForce() ? 0 : by;
  }

  private void wake() {
    Revision now = newest;
    if (waitedFor > 0 || now == null || waiters.isEmpty()) {
      return;
    }
    List<Waiter> reached = waiters.stream().filter(w -> !w.revision().isAfter(now)).toList();
    waiters.removeAll(reached);
    reached.forEach(waiter -> waiter.promise().complete());
  }
}
