package io.heraldmesh.cli;

import io.heraldmesh.Await;
import io.heraldmesh.cli.demo.WireClient;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.HostAndPort;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * Callers of a {@link ChangingMesh}, each of which knows what either generation answers: keep-alive
 * HTTP/1.1, HTTP/2 and gRPC streams. Anything else that comes back is a failure.
 */
final class LabTraffic implements AutoCloseable {
  /** Longer than the proxies take to look again at what is under way. */
  private static final long STREAM_MILLIS = 900;

  private static final int MESSAGES = 6;

  final AtomicLong http1 = new AtomicLong();
  final AtomicLong http2 = new AtomicLong();
  final AtomicLong grpc = new AtomicLong();
  final Queue<String> failures = new ConcurrentLinkedQueue<>();

  /** How many requests an HTTP/1.1 caller sends before it connects anew. */
  volatile int perConnection = Integer.MAX_VALUE;

  private final AtomicBoolean stop = new AtomicBoolean();
  private final Set<Object> underWay = ConcurrentHashMap.newKeySet();
  private final List<Thread> threads = new ArrayList<>();
  private final List<HttpClient> clients = new ArrayList<>();
  private final Vertx vertx;
  private final int outbound;
  private final Map<String, List<String>> right;
  private final String token;

  LabTraffic(ChangingMesh mesh) {
    vertx = mesh.services.vertx;
    outbound = mesh.process().port("outbound:a/caller");
    token = "Bearer " + mesh.even.token(Instant.now().plusSeconds(7200));
    right =
        Map.of(
            "/ok", List.of("200 one", "200 two"),
            "/even", List.of("403 RBAC: access denied"),
            "/odd", List.of("403 RBAC: access denied"),
            "/token", List.of("200 one", "200 two", "401"));
  }

  long requests() {
    return http1.get() + http2.get() + grpc.get();
  }

  /** Adds callers; {@code pause} between a caller's requests. */
  void start(int http1Callers, int http2Callers, int grpcCallers, long pauseMillis) {
    for (int i = 0; i < http1Callers; i++) {
      thread(() -> http1(pauseMillis));
    }
    for (int i = 0; i < http2Callers; i++) {
      HttpClient client = client();
      thread(
          () -> {
            while (!stop.get()) {
              loop(pauseMillis, path -> http2(client, path));
            }
          });
    }
    HttpClient streams = client();
    for (int i = 0; i < grpcCallers; i++) {
      thread(
          () -> {
            while (!stop.get()) {
              try {
                during(path -> grpc(streams, path), "/rpc");
              } catch (Exception e) {
                failures.add("grpc: " + e);
              }
            }
          });
    }
  }

  private void thread(Runnable work) {
    threads.add(Thread.ofVirtual().start(work));
  }

  /** Returns when every call has ended that is under way now. */
  void drain() {
    Set<Object> before = Set.copyOf(underWay);
    Await.until("calls under way have ended", () -> Collections.disjoint(underWay, before));
  }

  private void during(Call call, String path) throws Exception {
    Object mark = new Object();
    underWay.add(mark);
    try {
      call.to(path);
    } finally {
      underWay.remove(mark);
    }
  }

  private void http1(long pauseMillis) {
    while (!stop.get()) {
      http1Connection(pauseMillis);
    }
  }

  private void http1Connection(long pauseMillis) {
    try (WireClient kept = new WireClient(outbound)) {
      loop(
          pauseMillis,
          path -> {
            WireClient.Answer answer =
                kept.send(
                    "GET",
                    "web.a",
                    path,
                    path.equals("/token") ? List.of("Authorization: " + token) : List.of());
            judge("http/1.1", path, answer.status(), answer.body());
            http1.incrementAndGet();
          });
    } catch (IOException e) {
      failures.add("http/1.1: " + e);
    }
  }

  private interface Call {
    void to(String path) throws Exception;
  }

  private void loop(long pauseMillis, Call call) {
    List<String> paths = right.keySet().stream().sorted().toList();
    for (int i = 0; i < perConnection && !stop.get(); i++) {
      String path = paths.get(i % paths.size());
      try {
        during(call, path);
        if (pauseMillis > 0) {
          Thread.sleep(pauseMillis);
        }
      } catch (Exception e) {
        failures.add(path + ": " + e);
        return;
      }
    }
  }

  private void judge(String protocol, String path, int status, String body) {
    String got = status + " " + body;
    if (right.getOrDefault(path, List.of()).stream().noneMatch(got::startsWith)) {
      failures.add(protocol + " " + path + ": " + got);
    }
  }

  private HttpClient client() {
    HttpClient client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                .setDefaultHost("127.0.0.1")
                .setDefaultPort(outbound));
    clients.add(client);
    return client;
  }

  private void http2(HttpClient client, String path) throws Exception {
    HttpClientRequest request = await(client.request(HttpMethod.GET, path));
    request.authority(HostAndPort.authority("web.a"));
    if (path.equals("/token")) {
      request.putHeader("authorization", token);
    }
    Promise<String> body = Promise.promise();
    request
        .response()
        .onFailure(body::tryFail)
        .onSuccess(
            response -> {
              Buffer all = Buffer.buffer();
              response.handler(all::appendBuffer);
              response.exceptionHandler(body::tryFail);
              response.endHandler(end -> body.tryComplete(response.statusCode() + " " + all));
            });
    request.end();
    String got = await(body.future());
    int space = got.indexOf(' ');
    judge("h2", path, Integer.parseInt(got.substring(0, space)), got.substring(space + 1));
    http2.incrementAndGet();
  }

  /** A stream both ways: each message is answered before the next is sent. */
  private void grpc(HttpClient client, String path) throws Exception {
    HttpClientRequest request = await(client.request(HttpMethod.POST, path));
    request.authority(HostAndPort.authority("rpc.a"));
    request.putHeader("content-type", "application/grpc").putHeader("te", "trailers");
    request.setChunked(true);
    Promise<String> ended = Promise.promise();
    AtomicLong echoed = new AtomicLong();
    request
        .response()
        .onFailure(ended::tryFail)
        .onSuccess(response -> read(response, echoed, ended));
    Buffer message = Buffer.buffer(new byte[] {0, 0, 0, 0, 3, 'a', 'b', 'c'});
    for (int i = 1; i <= MESSAGES; i++) {
      await(request.write(message));
      long all = (long) i * message.length();
      until(() -> echoed.get() == all || ended.future().isComplete());
      Thread.sleep(STREAM_MILLIS / MESSAGES);
    }
    await(request.end());
    String end = await(ended.future());
    if (!end.equals("200 grpc-status 0")) {
      failures.add("grpc: " + end);
    }
    grpc.incrementAndGet();
  }

  private static void read(HttpClientResponse response, AtomicLong echoed, Promise<String> ended) {
    response.handler(part -> echoed.addAndGet(part.length()));
    response.exceptionHandler(ended::tryFail);
    response.endHandler(
        end ->
            ended.tryComplete(
                response.statusCode() + " grpc-status " + response.getTrailer("grpc-status")));
  }

  private static void until(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("no answer to a message in 10 s");
      }
      Thread.sleep(2);
    }
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(15, TimeUnit.SECONDS);
  }

  /** Lets what runs finish. */
  void stop() throws InterruptedException {
    stop.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    threads.clear();
    clients.forEach(HttpClient::close);
    clients.clear();
    stop.set(false);
  }

  @Override
  public void close() throws InterruptedException {
    stop();
  }
}
