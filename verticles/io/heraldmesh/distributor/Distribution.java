package io.heraldmesh.distributor;

import io.heraldmesh.bus.MeshStatus;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.bus.SharedKeySets;
import io.heraldmesh.bus.UsedCertificates.ReportsPage;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Problems;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/** Takes resources from whatever source and brings them to the nodes that enforce them. */
public interface Distribution {

  /**
   * Puts resources into force in place of those before; with the revision, which is the one before
   * when nothing changed for any node. Fails, and changes nothing, when they have errors or cannot
   * be compiled. Any thread.
   *
   * @param stored the revision of the store that they are of, as {@code epoch.number}; {@link
   *     #status} tells it once they are compiled. Null: there is no store
   */
  Future<Revision> apply(Resources resources, @Nullable String stored);

  /** The same of resources that are of no store. */
  default Future<Revision> apply(Resources resources) {
    return apply(resources, null);
  }

  /**
   * What these resources and the workloads of the mesh would say about each other; changes nothing.
   * Fails when they have errors or cannot be compiled. Any thread.
   */
  Future<Problems> check(Resources resources);

  /** Says that the source has nothing good to offer; shows in {@link #status}. Any thread. */
  Future<Void> reject(String problem);

  /**
   * Forgets a node that nothing is registered for any more, so that nobody waits for it; it comes
   * back when it announces itself. Any thread.
   */
  default Future<Void> forget(String node) {
    return Future.succeededFuture();
  }

  /** How far the configuration got. Any thread. */
  Future<MeshStatus> status();

  /**
   * What nodes said of the certificates that they use. Any thread.
   *
   * @param after {@link ReportsPage#next} of the page before; null: from the first
   */
  default Future<ReportsPage> reports(@Nullable String after) {
    return Future.succeededFuture(ReportsPage.NONE);
  }

  /** How fresh the key sets are that are fetched for the mesh. Any thread. */
  default Future<SharedKeySets> keySets() {
    return Future.succeededFuture(SharedKeySets.NONE);
  }
}
