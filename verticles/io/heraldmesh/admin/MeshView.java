package io.heraldmesh.admin;

import io.heraldmesh.bus.MeshStatus;
import io.heraldmesh.bus.SharedKeySets;
import io.heraldmesh.bus.UsedCertificates.ReportsPage;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/** What the distributors say of themselves. Any thread. */
public interface MeshView {

  /** What is in force where. */
  Future<MeshStatus> status();

  /**
   * What nodes said of the certificates that they use.
   *
   * @param after {@link ReportsPage#next} of the page before; null: from the first
   */
  Future<ReportsPage> reports(@Nullable String after);

  /** How fresh the key sets are that are fetched for the mesh. */
  Future<SharedKeySets> keySets();

  /** Why newer resources are not; empty: they are. */
  String problem();

  /** What may run on a node was taken back: no certificate for it, and it has to announce again. */
  Future<Void> registrationTaken(String node);
}
