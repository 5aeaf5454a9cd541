package io.heraldmesh.cli.train;

import io.heraldmesh.node.StartFailure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.concurrent.CompletionException;

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

  /**
   * @throws StartFailure when it failed, as calls do on a machine that gives them no time
   */
  static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException e) {
      throw StartFailure.cannotStart("no AOT cache was made: " + e.getCause());
    }
  }

  @Override
  public void close() {
    await(vertx.close());
  }
}
