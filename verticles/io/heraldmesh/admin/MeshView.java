package io.heraldmesh.admin;

import io.heraldmesh.bus.MeshStatus;
import io.heraldmesh.store.Revision;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/** What the distributors say of themselves. Any thread. */
public interface MeshView {

  /** What is in force where. */
  Future<MeshStatus> status();

  /** Up to which revision of the store all changes were compiled and sent; null: none yet. */
  @Nullable Revision compiled();

  /** Why newer resources are not; empty: they are. */
  String problem();

  /** What may run on a node was taken back: no certificate for it, and it has to announce again. */
  Future<Void> registrationTaken(String node);
}
