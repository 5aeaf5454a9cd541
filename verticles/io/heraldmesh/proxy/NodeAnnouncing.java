package io.heraldmesh.proxy;

import io.heraldmesh.bus.Announcement;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.DistributorService;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node says of the workloads that it runs. What is said is numbered, so that the last word
 * counts whatever order they arrive in; numbers rise over restarts too. Thread-safe.
 */
final class NodeAnnouncing {
  private static final Logger LOG = LoggerFactory.getLogger(NodeAnnouncing.class);

  private final DistributorService distributor;
  private final InstantSource clock;
  private final int schemaLevel;
  private List<Announcement.AnnouncedWorkload> workloads;
  private long sequence;
  private volatile boolean announced;
  private volatile boolean left;
  private volatile @Nullable String refusal;

  NodeAnnouncing(
      DistributorService distributor,
      InstantSource clock,
      int schemaLevel,
      List<Announcement.AnnouncedWorkload> workloads) {
    this.distributor = distributor;
    this.clock = clock;
    this.schemaLevel = schemaLevel;
    this.workloads = List.copyOf(workloads);
  }

  /** Whether the distributor knows all that there is to say. */
  boolean announced() {
    return announced;
  }

  /** Why the last announcement does not count; null: it does, or nobody answered. */
  @Nullable String refusal() {
    return refusal;
  }

  /** What is to be said from now on. */
  synchronized void replace(List<Announcement.AnnouncedWorkload> changed) {
    workloads = List.copyOf(changed);
  }

  /** False: all was ready before. */
  synchronized boolean becomeReady() {
    List<Announcement.AnnouncedWorkload> before = workloads;
    workloads = before.stream().map(Announcement.AnnouncedWorkload::asReady).toList();
    boolean changed = !workloads.equals(before);
    announced &= !changed;
    return changed;
  }

  /** Says that nothing here is to be called any more; nothing else is said after it. */
  Future<Void> withdraw() {
    long number;
    synchronized (this) {
      left = true;
      number = nextSequence();
    }
    return distributor.withdraw(number);
  }

  Future<Void> announce() {
    if (left) {
      return Future.failedFuture(
          new BusException(BusFailure.NOT_READY, "this node has taken its leave"));
    }
    announced = false;
    return announceOnce()
        .recover(e -> BusFailure.REPLAYED.is(e) ? announceAbove(e) : Future.failedFuture(e))
        .onFailure(
            e -> {
              // That nobody answers is told where it is told seldom.
              if (!(e instanceof BusException said && said.failure().retryHelps())) {
                refusal = e.getMessage();
                LOG.error("announcement refused: {}", e.getMessage());
              }
            });
  }

  private Future<Void> announceOnce() {
    Announcement announcement;
    synchronized (this) {
      announcement = new Announcement(nextSequence(), schemaLevel, workloads);
    }
    return distributor
        .announce(announcement)
        .onSuccess(
            done -> {
              said(announcement);
              refusal = null;
            })
        .recover(
            e ->
                BusFailure.REPLAYED.is(e) && isOvertaken(announcement)
                    ? Future.succeededFuture()
                    : Future.failedFuture(e));
  }

  /** Unless there is more to say by now. */
  private synchronized void said(Announcement announcement) {
    announced = !isOvertaken(announcement) && announcement.workloads().equals(workloads);
  }

  /** The clock was set back since a process before this one counted by it. */
  private Future<Void> announceAbove(Throwable refusal) {
    return distributor
        .lastSequence()
        .recover(e -> Future.failedFuture(BusFailure.UNKNOWN_TYPE.is(e) ? refusal : e))
        .compose(
            last -> {
              LOG.warn("announced by a later clock before, counting on from there last={}", last);
              synchronized (this) {
                sequence = Math.max(sequence, last);
              }
              return announceOnce();
            });
  }

  /** A later one was sent meanwhile, and what counts is what becomes of that. */
  private synchronized boolean isOvertaken(Announcement announcement) {
    return announcement.sequence() < sequence;
  }

  /** Rises also over restarts, as long as the clock does; else see {@link #announceAbove}. */
  private synchronized long nextSequence() {
    sequence = Math.max(sequence + 1, clock.instant().toEpochMilli());
    return sequence;
  }
}
