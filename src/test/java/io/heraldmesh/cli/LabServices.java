package io.heraldmesh.cli;

import io.heraldmesh.Await;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetServer;

/**
 * Services for runs that take long: HTTP of either version on one port that says its name, echoes
 * gRPC streams and WebSockets; and a TCP echo.
 */
final class LabServices implements AutoCloseable {
  final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));

  /** The port of a service that answers with {@code name}. */
  int http(String name) {
    HttpServer server =
        vertx
            .createHttpServer(new HttpServerOptions().setIdleTimeout(0))
            .webSocketHandler(socket -> socket.binaryMessageHandler(socket::writeBinaryMessage))
            .requestHandler(request -> answer(request, name));
    return Await.result(server.listen(0, "127.0.0.1")).actualPort();
  }

  /** The port of a service that sends back what it gets. */
  int tcpEcho() {
    NetServer server = vertx.createNetServer().connectHandler(socket -> socket.pipeTo(socket));
    return Await.result(server.listen(0, "127.0.0.1")).actualPort();
  }

  private static void answer(HttpServerRequest request, String name) {
    if ("application/grpc".equals(request.getHeader("content-type"))) {
      request.response().setChunked(true).putHeader("content-type", "application/grpc");
      request.handler(request.response()::write);
      request.endHandler(end -> request.response().putTrailer("grpc-status", "0").end());
      request.exceptionHandler(gone -> request.response().reset());
    } else {
      request.endHandler(end -> request.response().end(name));
    }
  }

  @Override
  public void close() {
    Await.result(vertx.close());
  }
}
