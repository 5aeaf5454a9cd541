package io.heraldmesh.admin;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;

/**
 * {@code /healthz/ready} (200 once certificates and policy are in force, also while degraded; else
 * 503) and {@code /healthz/live} (200 while the process answers). Plain HTTP without credentials:
 * says which part is not ready, never what is in it.
 */
public final class HealthServer {
  private static final int MOST_CONNECTIONS = 256;

  /** Whoever else asks, a client that holds as many as it can leaves room for others. */
  private static final int MOST_OF_ADDRESS = 32;

  private final Health health;
  private final ClientBounds clients;

  public HealthServer(Vertx vertx, Health health) {
    this(health, new ClientBounds(vertx, MOST_CONNECTIONS, MOST_OF_ADDRESS));
  }

  HealthServer(Health health, ClientBounds clients) {
    this.health = health;
    this.clients = clients;
  }

  /** Binds; the result knows the actual port. Fails when the address is in use. */
  public Future<HttpServer> listen(SocketAddress address) {
    return clients.server(this::answer).listen(address);
  }

  private void answer(HttpServerRequest request) {
    if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
      request.response().setStatusCode(405).putHeader("allow", "GET, HEAD").end();
      return;
    }
    switch (String.valueOf(request.path())) {
      case "/healthz/ready" -> {
        Health.Report report = health.report();
        request
            .response()
            .setStatusCode(report.state() == Health.State.NOT_READY ? 503 : 200)
            .putHeader("content-type", "text/plain; charset=utf-8")
            .end(report.text());
      }
      case "/healthz/live" -> request.response().end("live\n");
      default -> request.response().setStatusCode(404).end();
    }
  }
}
