package io.heraldmesh.cli.train;

import static io.heraldmesh.cli.train.TrainingServices.await;

import io.heraldmesh.cli.demo.WireClient;
import io.heraldmesh.node.StartFailure;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;

/**
 * The load under which the node is recorded: enough of each kind for the JVM to know what is hot,
 * and a bound of time for slow machines. An answer that is not the right one ends it: a cache of a
 * node that does not work is worth nothing.
 */
final class TrainingLoad {
  private static final int CONNECTIONS = 4;
  private static final int REQUESTS = 5_000;
  private static final Duration LONGEST = Duration.ofSeconds(20);
  private static final int STREAMS = 1_000;
  private static final int TOKENS = 200;

  private final StartedNode node;
  private final TrainingTokens tokens;
  private final Vertx vertx;
  private final long end = System.nanoTime() + LONGEST.toNanos();

  private TrainingLoad(StartedNode node, TrainingTokens tokens, Vertx vertx) {
    this.node = node;
    this.tokens = tokens;
    this.vertx = vertx;
  }

  static TrainingLoad on(StartedNode node, TrainingFolder files, TrainingServices services) {
    return new TrainingLoad(node, files.tokens(), services.vertx());
  }

  void run() throws IOException {
    watch();
    int http = node.port("outbound:a/caller:8080");
    awaitServed(http);
    each(CONNECTIONS, connection -> requests(http, REQUESTS));
    expect(403, WireClient.once(http, "GET", "service.a", "/admin", List.of()));
    expect(0, WireClient.once(node.port("inbound:a/service:8080"), "GET", "x", "/", List.of()));
    each(1, connection -> tokens(http));
    streams(node.port("outbound:a/caller:8081"));
    bytes(node.port("outbound:a/caller:7000"));
    watch();
  }

  /** A node that attaches is ready before it has heard where its own services are now. */
  private void awaitServed(int port) throws IOException {
    while (WireClient.once(port, "GET", "service.a", "/", List.of()).status() != 200) {
      if (System.nanoTime() > end) {
        throw StartFailure.cannotStart("no AOT cache was made: the node does not serve");
      }
    }
  }

  private void requests(int port, int count) throws IOException {
    try (WireClient client = new WireClient(port)) {
      for (int i = 0; i < count && System.nanoTime() < end; i++) {
        expect(
            200, client.send(i % 4 == 0 ? "POST" : "GET", "service.a", "/path?x=" + i, List.of()));
      }
    }
  }

  private void tokens(int port) throws IOException {
    try (WireClient client = new WireClient(port)) {
      for (int i = 0; i < TOKENS; i++) {
        String header = "Authorization: Bearer " + tokens.token(i);
        expect(200, client.send("GET", "service.a", "/token", List.of(header)));
        expect(200, client.send("GET", "service.a", "/token", List.of(header)));
      }
      expect(
          401, client.send("GET", "service.a", "/token", List.of("Authorization: Bearer a.b.c")));
    }
  }

  private void streams(int port) {
    HttpClient client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false));
    HostAndPort service = HostAndPort.authority("service.a", port);
    for (int i = 0; i < STREAMS && System.nanoTime() < end; i++) {
      RequestOptions to =
          new RequestOptions()
              .setHost("127.0.0.1")
              .setPort(port)
              .setURI("/stream")
              .setMethod(HttpMethod.POST);
      int status =
          await(
              client
                  .request(to)
                  .compose(request -> request.authority(service).send(Buffer.buffer("x")))
                  .compose(response -> response.body().map(response.statusCode())));
      expect(200, status);
    }
    await(client.close());
  }

  private void bytes(int port) {
    Buffer sent = Buffer.buffer("0123456789");
    Buffer came =
        await(
            vertx
                .createNetClient()
                .connect(port, "127.0.0.1")
                .compose(socket -> echoed(socket, sent)));
    if (!came.equals(sent)) {
      throw StartFailure.cannotStart("no AOT cache was made: bytes came back changed");
    }
  }

  private static Future<Buffer> echoed(NetSocket socket, Buffer sent) {
    Promise<Buffer> promise = Promise.promise();
    socket.handler(promise::tryComplete);
    socket.exceptionHandler(promise::tryFail);
    socket.closeHandler(closed -> promise.tryFail("closed"));
    return socket.write(sent).compose(written -> promise.future());
  }

  private void watch() throws IOException {
    expect(200, WireClient.once(node.port("health"), "GET", "x", "/healthz/ready", List.of()));
    expect(200, WireClient.once(node.port("metrics"), "GET", "x", "/metrics", List.of()));
  }

  private interface Work {
    void run(int number) throws IOException;
  }

  /** Side by side; returns when all are done. */
  private static void each(int count, Work work) {
    List<CompletableFuture<Void>> all =
        IntStream.range(0, count)
            .mapToObj(
                number ->
                    CompletableFuture.runAsync(
                        () -> {
                          try {
                            work.run(number);
                          } catch (IOException e) {
                            throw new UncheckedIOException(e);
                          }
                        },
                        task -> Thread.ofPlatform().daemon().start(task)))
            .toList();
    for (CompletableFuture<Void> one : all) {
      try {
        one.join();
      } catch (CompletionException e) {
        throw e.getCause() instanceof RuntimeException cause ? cause : e;
      }
    }
  }

  private static void expect(int status, WireClient.Answer answer) {
    expect(status, answer.status());
  }

  private static void expect(int wanted, int status) {
    if (status != wanted) {
      throw StartFailure.cannotStart(
          "no AOT cache was made: the node under training answered " + status + ", not " + wanted);
    }
  }
}
