package io.heraldmesh.cli.train;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;

/** What stands behind the node under training, and what calls it runs on. */
final class TrainingServices implements AutoCloseable {
  private final Vertx vertx;
  private final HttpServer http;
  private final NetServer echo;

  private TrainingServices(Vertx vertx, HttpServer http, NetServer echo) {
    this.vertx = vertx;
    this.http = http;
    this.echo = echo;
  }

  static TrainingServices start() {
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    HttpServer http =
        vertx
            .createHttpServer()
            .requestHandler(
                request ->
                    request.body().onSuccess(body -> request.response().end("done " + body)));
    NetServer echo = vertx.createNetServer().connectHandler(TrainingServices::echo);
    await(Future.all(http.listen(0, "127.0.0.1"), echo.listen(0, "127.0.0.1")));
    return new TrainingServices(vertx, http, echo);
  }

  private static void echo(NetSocket socket) {
    socket.handler(socket::write);
  }

  Vertx vertx() {
    return vertx;
  }

  int http() {
    return http.actualPort();
  }

  int echo() {
    return echo.actualPort();
  }

  static <T> T await(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }

  @Override
  public void close() {
    await(vertx.close());
  }
}
