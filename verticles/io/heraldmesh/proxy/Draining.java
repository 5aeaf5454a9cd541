package io.heraldmesh.proxy;

import io.heraldmesh.proxy.listener.OpenConnections;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;

/**
 * How a node's connections come to their end.
 *
 * <p>What a workload was asked it may have to call others for, its neighbours on this node too. So
 * first what is under way to workloads has a moment in which all listeners still accept; then no
 * more comes to workloads, and they may call until what they were asked is answered.
 *
 * <p>Where sockets outlive this process nobody who connects later is refused, only made to wait for
 * the next one. There, calls of workloads end first after that moment: one that leads to a
 * neighbour would wait at a socket that nobody accepts from until this process has ended.
 *
 * @param keptOpen every socket that others reach a workload by outlives this process
 */
record Draining(Vertx vertx, Listeners listeners, OpenConnections open, boolean keptOpen) {
  /** How long one side waits for the other, and a quarter of the whole time at most. */
  private static final Duration TURN = Duration.ofSeconds(1);

  /** Completes when nothing is open any more; what is left after {@code deadline} is closed. */
  Future<Void> within(Duration deadline) {
    long timer = vertx.setTimer(Math.max(1, deadline.toMillis()), fired -> open.closeAll());
    Duration quarter = deadline.dividedBy(4);
    Duration turn = quarter.compareTo(TURN) < 0 ? quarter : TURN;
    return within(turn, over(open.drainInbound()))
        .compose(
            now ->
                keptOpen ? outboundFirst(turn) : inboundFirst(deadline.minus(turn.multipliedBy(2))))
        .onComplete(done -> vertx.cancelTimer(timer));
  }

  /**
   * @param calling how long workloads may go on calling when they are not done
   */
  private Future<Void> inboundFirst(Duration calling) {
    Future<Void> inbound = endInbound();
    Future<Void> outbound = within(calling, inbound).compose(now -> endOutbound());
    return Future.join(inbound, outbound).mapEmpty();
  }

  private Future<Void> outboundFirst(Duration turn) {
    Future<Void> outbound = endOutbound();
    Future<Void> inbound = within(turn, outbound).compose(now -> endInbound());
    return Future.join(inbound, outbound).mapEmpty();
  }

  private Future<Void> endInbound() {
    return listeners.closeInbound().compose(closed -> over(open.drainInbound()));
  }

  private Future<Void> endOutbound() {
    return listeners.closeOutbound().compose(closed -> over(open.drainOutbound()));
  }

  private Future<Void> within(Duration time, Future<Void> wanted) {
    return BoundedWait.within(vertx, time.toMillis() < 1 ? Duration.ofMillis(1) : time, wanted);
  }

  private static Future<Void> over(io.netty.util.concurrent.Future<Void> closed) {
    Promise<Void> over = Promise.promise();
    closed.addListener(done -> over.tryComplete());
    return over.future();
  }
}
