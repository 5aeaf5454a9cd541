package io.heraldmesh.link;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.SocketAddress;

/** Gives a server an event loop of its own, behind a port that it shares. */
final class Acceptor extends VerticleBase {
  private final HttpServer server;
  private final SocketAddress address;

  Acceptor(HttpServer server, SocketAddress address) {
    this.server = server;
    this.address = address;
  }

  @Override
  public Future<?> start() {
    return server.listen(address);
  }

  @Override
  public Future<?> stop() {
    return server.close();
  }
}
