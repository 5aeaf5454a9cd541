package io.heraldmesh.distributor;

import io.heraldmesh.bus.EncodedSnapshot;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.bus.SignedRevision;
import io.heraldmesh.bus.SnapshotContent;
import io.heraldmesh.bus.SnapshotFrame;
import io.heraldmesh.distributor.NodeRecord.Published;
import io.heraldmesh.identity.SpiffeId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;

/**
 * A signed revision as it travels to one node: with as much of the snapshot as that node lacks, and
 * with the authority's word for the epoch where it may need it. Lives on one event loop.
 */
final class SnapshotFrames {
  private static final long WORD_WITHIN_MILLIS = 1_000;

  private final Vertx vertx;
  private final SignedBus bus;
  private final Epochs epochs;

  SnapshotFrames(Vertx vertx, SignedBus bus, Epochs epochs) {
    this.vertx = vertx;
    this.bus = bus;
    this.epochs = epochs;
  }

  /**
   * Nodes follow a new epoch only with the authority's word for it; completes also without it, and
   * soon: a control node that hangs may be the one that was asked, and those that are in the epoch
   * need no word.
   */
  Future<Void> prepare(SignedRevision fresh) {
    long epoch = fresh.revision().epoch();
    if (epochs.of(epoch) != null) {
      return Future.succeededFuture();
    }
    Promise<Void> soon = Promise.promise();
    long timer = vertx.setTimer(WORD_WITHIN_MILLIS, id -> soon.tryComplete());
    epochs
        .refresh(epoch)
        .onComplete(
            done -> {
              vertx.cancelTimer(timer);
              soon.tryComplete();
            });
    return soon.future();
  }

  /** Keeps the authority's word for this epoch fresh; to be called now and then. */
  void refresh(long epoch) {
    epochs.refresh(epoch);
  }

  /**
   * For a node that asked. On this event loop, unless the revision is to be signed anew: the
   * identity was renewed.
   *
   * @param content null: it has what it should
   */
  Future<SnapshotFrame> answer(
      SignedRevision of, SpiffeId node, @Nullable SnapshotContent content) {
    long number = of.revision().epoch();
    return (epochs.of(number) == null
            ? epochs.refresh(number).map(asked -> epochs.of(number))
            : Future.succeededFuture(epochs.of(number)))
        .compose(
            epoch ->
                of.isSigned(bus)
                    ? Future.succeededFuture(of.frame(bus, epoch, node, content))
                    : vertx.executeBlocking(() -> of.frame(bus, epoch, node, content), false));
  }

  /**
   * For a node that did not ask. One whose snapshot of before is in force needs the part that
   * changed. So does one that is in the epoch not need the authority's word for it.
   *
   * @param node as it was before
   */
  SnapshotFrame push(SignedRevision fresh, NodeRecord node, EncodedSnapshot snapshot) {
    Published before = node.confirmed();
    long epoch = fresh.revision().epoch();
    boolean within = before != null && before.revision().epoch() == epoch;
    return fresh.frame(
        bus,
        within ? null : epochs.of(epoch),
        node.id(),
        snapshot.over(before == null ? null : before.snapshot()));
  }
}
