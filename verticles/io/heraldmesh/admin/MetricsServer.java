package io.heraldmesh.admin;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;

/**
 * The node's metrics in Prometheus text, at {@code /metrics} and Istio's {@code /stats/prometheus}.
 */
public final class MetricsServer {
  private final Vertx vertx;
  private final PrometheusMeterRegistry registry;

  public MetricsServer(Vertx vertx, PrometheusMeterRegistry registry) {
    this.vertx = vertx;
    this.registry = registry;
  }

  /** Binds; the result knows the actual port. Fails when the address is in use. */
  public Future<HttpServer> listen(SocketAddress address) {
    return vertx
        .createHttpServer(new HttpServerOptions().setIdleTimeout(10).setMaxHeaderSize(8192))
        .requestHandler(this::answer)
        .listen(address);
  }

  private void answer(HttpServerRequest request) {
    String path = String.valueOf(request.path());
    if (!path.equals("/metrics") && !path.equals("/stats/prometheus")) {
      request.response().setStatusCode(404).end();
    } else if (!request.method().equals(HttpMethod.GET)) {
      request.response().setStatusCode(405).putHeader("allow", "GET").end();
    } else {
      // A scrape walks every meter: off the event loop.
      vertx
          .executeBlocking(registry::scrape)
          .onComplete(
              text ->
                  request
                      .response()
                      .putHeader("content-type", "text/plain; version=0.0.4; charset=utf-8")
                      .end(text),
              failure -> request.response().setStatusCode(500).end());
    }
  }
}
