package io.heraldmesh.node;

import io.heraldmesh.admin.Health;
import io.heraldmesh.bus.UsedCertificates.UsedReport;
import io.heraldmesh.credentials.UseReporter;
import io.heraldmesh.distributor.Distribution;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.upstream.OwnListeners;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.function.Supplier;

/** What a node takes its policy and its leaves from. */
interface NodeControl extends AutoCloseable {

  /** Completes once resources and proxies are taken; makes and opens what that needs. Blocks. */
  Future<Void> start();

  /**
   * Opens the port for nodes outside of the cluster.
   *
   * @return the address as bound; empty when there is no such port
   */
  default Future<Optional<HostPort>> openPort() {
    return Future.succeededFuture(Optional.empty());
  }

  /** Has its parts say how they fare. */
  default void report(Health health) {}

  /** Takes the node's resources. */
  Distribution distribution();

  /**
   * Leads the node's resources to {@link #distribution}. Blocks.
   *
   * @throws StartFailure when they cannot be taken
   */
  Future<Void> lead(Resourcing resourcing);

  /**
   * The node's proxy, wired to this; not started.
   *
   * @param own what this process listens on
   */
  ServiceNode services(OwnListeners own);

  /**
   * Who tells the control plane which certificates this node uses, and which of its services can be
   * called past it; not started. Empty: there is no control plane.
   *
   * @param proxys what the node's proxy has to tell, asked again and again
   */
  default Optional<UseReporter> reporter(Supplier<UsedReport> proxys) {
    return Optional.empty();
  }

  @Override
  void close();
}
