package io.heraldmesh.node;

import io.heraldmesh.bus.Revocations;
import io.heraldmesh.bus.SvidSource;
import io.heraldmesh.link.ControlMethod;
import io.heraldmesh.link.ControlServer;
import io.heraldmesh.node.NodeConfig.ControlConfig;
import io.heraldmesh.proxy.HostPort;
import io.vertx.core.Future;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.SocketAddress;
import java.util.List;
import java.util.function.Supplier;

/** A control node's port for nodes outside of the cluster. */
final class ControlPort {
  private static final int MOST_CONNECTIONS = 20_000;

  private final ControlServer server;
  private final int eventLoops;

  /**
   * @param identity whose certificate is shown: of the role config, or ca where that is not run
   * @param revocations whose nodes are refused
   * @param methods what is offered
   */
  ControlPort(
      Foundation foundation,
      NodeConfig config,
      SvidSource identity,
      Supplier<Revocations> revocations,
      List<ControlMethod<?, ?>> methods) {
    this.eventLoops = config.eventLoops();
    this.server =
        new ControlServer(
            foundation.vertx(),
            identity,
            foundation.crypto(),
            foundation.clock(),
            revocations,
            MOST_CONNECTIONS,
            methods);
  }

  /**
   * @return the address as bound
   */
  Future<HostPort> open(ControlConfig control) {
    HostPort listen = control.listen();
    return server
        .listen(SocketAddress.inetSocketAddress(listen.port(), listen.host()), eventLoops)
        .map(bound -> new HostPort(listen.host(), bound.port()))
        .recover(
            e ->
                Future.failedFuture(
                    StartFailure.cannotStart(
                        "cannot listen on "
                            + listen
                            + " ("
                            + e.getMessage()
                            + "); free the port or change spec.control.listen")));
  }

  /** Whether the client at the other end shows a certificate that is good by now. */
  boolean proven(HttpConnection connection) {
    return server.proven(connection);
  }

  Future<Void> close() {
    return server.close();
  }
}
