package io.heraldmesh.distributor;

import io.heraldmesh.bus.Announcement;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.RegistrationSource;
import io.heraldmesh.bus.Registrations;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.store.StoreException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Optional;
import java.util.function.Predicate;

/** What may run where, as the distributor asks for it. */
record Registered(Vertx vertx, RegistrationSource source) {

  /** As remembered. */
  Registrations now() {
    return source.get();
  }

  /**
   * What is registered; looked up, unless what is remembered will do: before a node is refused,
   * which may have been registered at another control node just now. At once where nothing is
   * looked up.
   */
  Future<Registrations> of(String node, Predicate<Registrations> willDo) {
    Registrations remembered = now();
    return willDo.test(remembered)
        ? Future.succeededFuture(remembered)
        : vertx
            .executeBlocking(() -> source.lookUp(node), false)
            .recover(e -> Future.failedFuture(e instanceof StoreException ? away() : e));
  }

  private static BusException away() {
    return new BusException(BusFailure.NOT_READY, "what is registered cannot be read now");
  }

  /** Why {@code node} may not announce this; empty: it may. */
  static Optional<String> refusal(Registrations now, String node, Announcement announcement) {
    return announcement.workloads().stream()
        .map(workload -> new WorkloadIdentity(workload.namespace(), workload.serviceAccount()))
        .filter(identity -> !now.allow(node, identity))
        .findFirst()
        .map(
            identity ->
                "node "
                    + node
                    + " announced service account "
                    + identity.namespace()
                    + "/"
                    + identity.serviceAccount()
                    + ", which is not registered for it");
  }
}
