package io.heraldmesh.admin;

import io.heraldmesh.bus.MeshStatus;
import io.vertx.core.Future;

/** What the distributors say of themselves. Any thread. */
public interface MeshView {

  /** What is in force where. */
  Future<MeshStatus> status();

  /** Why newer resources are not; empty: they are. */
  String problem();

  /** What may run on a node was taken back: no certificate for it, and it has to announce again. */
  Future<Void> registrationTaken(String node);
}
