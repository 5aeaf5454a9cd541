package io.heraldmesh.node;

import io.heraldmesh.bus.RevisionHint;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.distributor.source.Acceptance;
import io.heraldmesh.store.Revision;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks into the store when somebody says that there is a new revision, and every second where
 * other nodes write to it too, because what they say may get lost. One look at a time; what is said
 * during one, however often, leads to one more after a pause. Thread-safe.
 */
final class StoreFollower {
  private static final Logger LOG = LoggerFactory.getLogger(StoreFollower.class);
  private static final long LOOK_EVERY_MILLIS = 1000;
  private static final long PAUSE_MILLIS = 50;

  private final Vertx vertx;
  private final Runnable look;
  private final boolean shared;
  private SignedBus.@Nullable Registration hearing;
  private boolean looking;
  private boolean again;
  private boolean closed;

  /**
   * @param look blocks for the database
   * @param shared true: other nodes write to the store too
   */
  StoreFollower(Vertx vertx, Runnable look, boolean shared) {
    this.vertx = vertx;
    this.look = look;
    this.shared = shared;
  }

  Future<Void> start() {
    if (shared) {
      vertx.setPeriodic(LOOK_EVERY_MILLIS, tick -> look());
    }
    return RevisionHint.hear(vertx, this::look)
        .onSuccess(
            registration -> {
              synchronized (this) {
                hearing = registration;
              }
            })
        .mapEmpty();
  }

  /** Something was accepted here: it goes on its way, and the other control nodes are told. */
  void accepted(Revision revision) {
    look();
    RevisionHint.tell(vertx, Acceptance.text(revision));
  }

  private void look() {
    synchronized (this) {
      if (closed) {
        return;
      }
      if (looking) {
        again = true;
        return;
      }
      looking = true;
    }
    vertx
        .executeBlocking(
            () -> {
              look.run();
              return true;
            },
            false)
        .onComplete(
            done -> {
              if (done.failed()) {
                LOG.warn("store not read, what is in force stays: {}", done.cause().getMessage());
                vertx.setTimer(LOOK_EVERY_MILLIS, id -> look());
              }
              looked();
            });
  }

  private void looked() {
    synchronized (this) {
      if (!again) {
        looking = false;
        return;
      }
    }
    vertx.setTimer(
        PAUSE_MILLIS,
        id -> {
          synchronized (this) {
            looking = false;
            again = false;
          }
          look();
        });
  }

  Future<Void> close() {
    SignedBus.Registration registration;
    synchronized (this) {
      closed = true;
      registration = hearing;
    }
    return registration == null ? Future.succeededFuture() : registration.close();
  }
}
