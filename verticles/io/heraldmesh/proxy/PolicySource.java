package io.heraldmesh.proxy;

import io.heraldmesh.bus.Announcement.AnnouncedWorkload;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.policy.NodeSnapshot;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where a node's snapshots come from: a control plane over the bus, or the node's own resources.
 * Thread-safe; the snapshots are handed on one at a time.
 */
public interface PolicySource {

  /** Completes once snapshots can arrive; {@link #first} tells of the first. */
  Future<Void> start();

  /** Completes once the first snapshot is in force. */
  Future<Void> first();

  /** The revision in force; null before the first. */
  @Nullable Revision revision();

  /** Says that what runs here can be called from now on. */
  Future<Void> ready();

  /**
   * Why what runs here is no endpoint of the mesh: the control plane refused it; null: it did not.
   */
  default @Nullable String refusal() {
    return null;
  }

  /** Says that nothing here is to be called any more. */
  Future<Void> withdraw();

  /** Stops listening. */
  Future<Void> close();

  /** Makes the source for what runs on a node, which is known once its listeners are open. */
  @FunctionalInterface
  interface Opening {

    /**
     * @param workloads what runs on this node; whoever is told of them is also told that they are
     *     ready, once a snapshot is in force or {@link PolicySource#ready} was called
     * @param consumer puts a snapshot into force and completes when it is; when it fails, the one
     *     before must still be
     */
    PolicySource open(
        Vertx vertx,
        List<AnnouncedWorkload> workloads,
        Function<NodeSnapshot, Future<Void>> consumer);
  }
}
