package io.heraldmesh.proxy.upstream;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one workload to one destination, over all event loops: how many are open,
 * which requests wait for one, and how heavy what they carry is. Outlives the snapshots that name
 * the destination. Thread-safe.
 *
 * <p>Source: Envoy, circuit breaking: a request that finds no idle connection waits, if so many may
 * wait, while one is opened, or until one is free when so many are open. Unlike there, a bound
 * holds for all event loops together: who waits gets its place from any of them.
 */
final class Circuit {
  private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
  private final Weight weight = new Weight();
  private int most = Integer.MAX_VALUE;
  private int mostWaiting = Integer.MAX_VALUE;
  private int open;
  private int waiting;
  private volatile boolean full;

  /**
   * A request that waits for a connection, or for a place to open one.
   *
   * @param granted is called on {@code loop} with a place of its own
   */
  record Waiter(EventLoop loop, Target target, ResponseSink sink, Consumer<Place> granted) {}

  /** One connection's. Must be freed once. */
  final class Place {
    private boolean freed;

    /** When {@code channel} closes. */
    void freeWith(Channel channel) {
      channel.closeFuture().addListener(closed -> free());
    }

    void free() {
      synchronized (Circuit.this) {
        if (!freed) {
          freed = true;
          open--;
          next();
        }
      }
    }
  }

  Weight weight() {
    return weight;
  }

  /** From now on; what is open or waits already stays. */
  synchronized void bound(int connections, int requestsWaiting) {
    most = connections;
    mostWaiting = requestsWaiting;
    next();
  }

  /**
   * A request begins to wait for a connection.
   *
   * @return false when too many wait already
   */
  synchronized boolean enter() {
    if (waiting >= mostWaiting) {
      return false;
    }
    waiting++;
    return true;
  }

  /** It waits no longer. */
  synchronized void leave() {
    waiting--;
  }

  /** Null when as many are open as may be. */
  synchronized @Nullable Place take() {
    return open < most ? place() : null;
  }

  /** Queues who got no place. */
  synchronized void await(Waiter waiter) {
    waiters.add(waiter);
    full = true;
    next();
  }

  /** Somebody is queued for a place: a connection that carries nothing is in the way. */
  boolean full() {
    return full;
  }

  /** The first in the queue, when a connection of this event loop to {@code target} serves it. */
  synchronized @Nullable Waiter pollFor(Target target) {
    Waiter first = waiters.peek();
    if (first == null || !first.loop().inEventLoop() || !first.target().equals(target)) {
      return null;
    }
    waiters.remove();
    full = !waiters.isEmpty();
    return first;
  }

  /** Its client is gone. */
  synchronized void forget(ResponseSink sink) {
    Iterator<Waiter> all = waiters.iterator();
    while (all.hasNext()) {
      if (all.next().sink().equals(sink)) {
        all.remove();
        waiting--;
      }
    }
    full = !waiters.isEmpty();
  }

  private Place place() {
    open++;
    return new Place();
  }

  private void next() {
    while (open < most && !waiters.isEmpty()) {
      Waiter first = waiters.remove();
      Place place = place();
      first.loop().execute(() -> first.granted().accept(place));
    }
    full = !waiters.isEmpty();
  }
}
