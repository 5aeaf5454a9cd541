package io.heraldmesh.distributor;

import io.heraldmesh.bus.SnapshotFrame;
import io.heraldmesh.identity.SpiffeId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Snapshots on their way to their nodes, in the order in which they came. What all nodes share is
 * in the frame of each, so a frame becomes bytes only when its turn comes: only so many octets are
 * under way at once, and the next frame follows when one was answered. Nodes that do not answer
 * hold up the others for {@code patience}, unless they hold more than as much again. Lives on one
 * event loop.
 */
final class PushQueue {
  /** What a push takes besides its frame, about. */
  private static final int OVERHEAD = 1024;

  /** So much may be under way to one node in several frames; of more, one frame. */
  static final int MOST_OF_A_NODE = 256 << 10;

  private final Vertx vertx;
  private final BiFunction<SpiffeId, SnapshotFrame, Future<Void>> sending;
  private final long most;
  private final Duration patience;
  private final Map<SpiffeId, SnapshotFrame> waiting = new LinkedHashMap<>();
  private final Map<SpiffeId, Long> underWay = new HashMap<>();
  private long all;
  private long late;
  private int latePushes;
  private boolean starting;

  /**
   * @param sending one frame; ends, also where nobody answers
   * @param most octets that are under way, {@value #OVERHEAD} for each frame among them; one frame
   *     is, whatever its size. As many again may have been for longer than {@code patience}
   */
  PushQueue(
      Vertx vertx,
      long most,
      Duration patience,
      BiFunction<SpiffeId, SnapshotFrame, Future<Void>> sending) {
    this.vertx = vertx;
    this.most = most;
    this.patience = patience;
    this.sending = sending;
  }

  /** In the place of what still waits for this node. */
  void put(SpiffeId node, SnapshotFrame frame) {
    waiting.put(node, frame);
    next();
  }

  /** Nothing that waits is sent any more. */
  void close() {
    waiting.clear();
  }

  private void next() {
    if (starting) {
      return; // it ended while it was begun
    }
    starting = true;
    try {
      for (SpiffeId node = first(); node != null; node = first()) {
        begin(node, Objects.requireNonNull(waiting.remove(node)));
      }
    } finally {
      starting = false;
    }
  }

  /** Null: none may begin. */
  private @Nullable SpiffeId first() {
    for (Map.Entry<SpiffeId, SnapshotFrame> one : waiting.entrySet()) {
      long octets = octets(one.getValue());
      if (takes(one.getKey(), octets)) {
        long counted = all - forgiven();
        return counted == 0 || counted + octets <= most ? one.getKey() : null;
      }
    }
    return null;
  }

  /** Octets under way that hold up nobody any more. */
  private long forgiven() {
    return latePushes == 1 ? late : Math.min(late, most);
  }

  /** False: so much is under way to this node already that the others come first. */
  private boolean takes(SpiffeId node, long octets) {
    Long before = underWay.get(node);
    return before == null || before + octets <= MOST_OF_A_NODE;
  }

  private static long octets(SnapshotFrame frame) {
    return OVERHEAD + (long) frame.length();
  }

  private void begin(SpiffeId node, SnapshotFrame frame) {
    Push push = new Push(node, octets(frame));
    sending.apply(node, frame).onComplete(done -> push.ended());
  }

  /** One frame that is under way. */
  private final class Push {
    private final SpiffeId node;
    private final long octets;
    private final long timer;
    private boolean overdue;

    Push(SpiffeId node, long octets) {
      this.node = node;
      this.octets = octets;
      all += octets;
      underWay.merge(node, octets, Long::sum);
      timer = vertx.setTimer(patience.toMillis(), id -> takesLong());
    }

    private void takesLong() {
      overdue = true;
      late += octets;
      latePushes++;
      next();
    }

    void ended() {
      vertx.cancelTimer(timer);
      all -= octets;
      if (overdue) {
        late -= octets;
        latePushes--;
      }
      underWay.computeIfPresent(node, (id, sum) -> sum > octets ? sum - octets : null);
      next();
    }
  }
}
