package io.heraldmesh.proxy;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.atomic.AtomicInteger;

/** A service, of HTTP/1.1 and HTTP/2, that answers each request only when it is told to. */
final class HeldApp implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final BlockingDeque<HttpServerRequest> held = new LinkedBlockingDeque<>();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger mostHeld = new AtomicInteger();
  private final AtomicInteger opened = new AtomicInteger();
  private final int port;

  HeldApp() throws Exception {
    HttpServer server =
        vertx
            .createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0))
            .connectionHandler(
                connection -> {
                  opened.incrementAndGet();
                  open.incrementAndGet();
                  connection.closeHandler(closed -> open.decrementAndGet());
                })
            .requestHandler(
                request -> {
                  request.pause();
                  mostHeld.accumulateAndGet(waiting.incrementAndGet(), Math::max);
                  held.add(request);
                });
    port = Mesh.await(server.listen()).actualPort();
  }

  int port() {
    return port;
  }

  HostPort address() {
    return new HostPort("127.0.0.1", port);
  }

  /** Requests that wait for their answer. */
  int held() {
    return held.size();
  }

  /** Until so many requests wait for their answer. */
  HeldApp awaitHeld(int requests) {
    Mesh.eventually(() -> held.size() == requests);
    return this;
  }

  /** Answers the one that came first, once there is one. */
  void answerOne() throws InterruptedException {
    HttpServerRequest request = taken(held.take());
    request.response().end("ok " + request.path());
  }

  /** Reads the one that came last, once there is one, and answers with its body. */
  void echoLast() throws InterruptedException {
    HttpServerRequest request = taken(held.takeLast());
    request.body().onSuccess(body -> request.response().end(body));
    request.resume();
  }

  /** Counted before its answer leaves, so before the next that may come for it. */
  private HttpServerRequest taken(HttpServerRequest request) {
    waiting.decrementAndGet();
    return request;
  }

  /** Answers the next one as soon as it comes. */
  void answerNext() {
    Thread.startVirtualThread(
        () -> {
          try {
            answerOne();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  int openConnections() {
    return open.get();
  }

  /** The most requests that waited at once. */
  int mostHeld() {
    return mostHeld.get();
  }

  /** All that were ever opened. */
  int connections() {
    return opened.get();
  }

  @Override
  public void close() throws Exception {
    Mesh.await(vertx.close());
  }
}
