package io.heraldmesh.distributor;

import io.heraldmesh.bus.MeshStatus.Left;
import io.heraldmesh.bus.Revision;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All nodes that count, by name, and who waits until they have what they should. Counts as it goes:
 * whether all have it is asked at each acknowledgement of each of thousands. Lives on one event
 * loop.
 */
final class NodeRoll {
  private final Map<String, NodeRecord> nodes = new TreeMap<>();

  /** Those that count no more. */
  private final Map<String, Gone> gone = new TreeMap<>();

  private final List<Waiter> waiters = new ArrayList<>();
  private @Nullable Revision newest;
  private int published;
  private int inForce;
  private int waitedFor;

  /**
   * @param sequence of what it said last
   * @param leftAt when it took its leave; null: it did not
   */
  private record Gone(long sequence, @Nullable Instant leftAt) {}

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
    gone.remove(node.name());
    wake();
  }

  /**
   * It counts no more.
   *
   * @param sequence of what it said last; nothing from before counts
   */
  void remove(String name, long sequence) {
    remove(name, new Gone(sequence, null));
  }

  /** The same of a node that took its leave, with {@code sequence}. */
  void leave(String name, long sequence, Instant at) {
    remove(name, new Gone(sequence, at));
  }

  private void remove(String name, Gone last) {
    count(nodes.remove(name), -1);
    gone.put(name, last);
    wake();
  }

  /** One that speaks long after its leave runs, and lags until it announces itself. */
  void spoke(String name, Instant now) {
    gone.computeIfPresent(
        name,
        (node, last) ->
            last.leftAt() != null && now.isAfter(last.leftAt().plus(NodeRecord.SILENCE))
                ? new Gone(last.sequence(), null)
                : last);
  }

  /**
   * Forgets those that are gone other than these: what comes back under such a name is another
   * node, and what the one before said last says nothing of it.
   */
  void keepGone(Set<String> registered) {
    gone.keySet().retainAll(registered);
  }

  /** Those that took their leave and have not come back, by name. */
  List<Left> left() {
    List<Left> left = new ArrayList<>();
    gone.forEach(
        (name, last) -> {
          Instant at = last.leftAt();
          if (at != null) {
            left.add(new Left(name, at));
          }
        });
    return left;
  }

  /** Of what a node said last, also one that is gone; 0: nothing. */
  long sequence(String name) {
    NodeRecord known = nodes.get(name);
    if (known != null) {
      return known.sequence();
    }
    Gone last = gone.get(name);
    return last == null ? 0 : last.sequence();
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
