package io.heraldmesh.cli.demo;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A service of the shop. It knows nothing of Herald: plain HTTP on loopback. It keeps a record of
 * every request that reached it, so that the walk can tell what passed from what was refused.
 */
final class SampleService {
  private final String name;
  private final HttpServer server;
  private final List<Seen> record = new CopyOnWriteArrayList<>();

  /** A request as the service saw it. */
  record Seen(String method, String target, MultiMap headers) {

    /** A header's value, or a dash. */
    String header(String name) {
      String value = headers.get(name);
      return value == null ? "-" : value;
    }
  }

  private SampleService(String name, HttpServer server) {
    this.name = name;
    this.server = server;
  }

  static Future<SampleService> start(Vertx vertx, String name) {
    HttpServer server = vertx.createHttpServer();
    SampleService service = new SampleService(name, server);
    server.requestHandler(service::serve);
    return server.listen(0, "127.0.0.1").map(service);
  }

  int port() {
    return server.actualPort();
  }

  /** Everything that reached the service so far, in order. */
  List<Seen> record() {
    return List.copyOf(record);
  }

  private void serve(HttpServerRequest request) {
    record.add(new Seen(request.method().name(), request.uri(), request.headers()));
    request
        .response()
        .putHeader("content-type", "text/plain; charset=utf-8")
        .end(name + ": " + request.method() + " " + request.path() + " done\n");
  }
}
