package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Protocol;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** HTTP/2 from a client, through both proxies and mutual TLS, to services of either version. */
class Http2PathTest {
  private Mesh mesh;

  /** Vert.x closes a client that nobody refers to. */
  private final List<HttpClient> clients = new ArrayList<>();

  private final Vertx appVertx = Vertx.vertx();
  private final List<String> versions = new CopyOnWriteArrayList<>();

  @BeforeEach
  void start() throws Exception {
    mesh = new Mesh(Mesh.Options.DEFAULT);
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
    Mesh.await(appVertx.close());
  }

  @Test
  void anHttp2CallReachesAnHttp1Service() throws Exception {
    mesh.makeReady();
    HttpClient client = http2();
    HttpClientResponse response = Mesh.await(get(client, "/ok?x=1"));
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.version()).isEqualTo(HttpVersion.HTTP_2);
    RecordingApp.Seen seen = mesh.app.last();
    assertThat(seen.line()).isEqualTo("GET /ok?x=1 HTTP/1.1");
    assertThat(seen.values("host")).containsExactly("server.b");
    assertThat(seen.values("x-forwarded-client-cert")).hasSize(1);
    assertThat(seen.head()).doesNotContain("x-http2");
    assertThat(mesh.logged("destination").protocol()).isEqualTo("h2");
  }

  @Test
  void bodiesPassBothWays() throws Exception {
    mesh.makeReady();
    Buffer body = Buffer.buffer("q".repeat(2_000_000));
    Buffer echoed =
        Mesh.await(
            http2()
                .request(HttpMethod.POST, "/echo")
                .compose(request -> named(request).send(body))
                .compose(HttpClientResponse::body));
    assertThat(echoed).isEqualTo(body);
  }

  @Test
  void manyStreamsShareOneConnection() throws Exception {
    mesh.makeReady();
    HttpClient client = http2();
    List<Future<Buffer>> answers = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      answers.add(get(client, "/big?" + (i * 100)).compose(HttpClientResponse::body));
    }
    for (int i = 0; i < 200; i++) {
      assertThat(Mesh.await(answers.get(i)).length()).isEqualTo(i * 100);
    }
  }

  @Test
  void anHttp2ServiceIsCalledInHttp2AndTrailersPass() throws Exception {
    startApp(
        request ->
            request
                .body()
                .onSuccess(
                    body -> {
                      request
                          .response()
                          .setChunked(true)
                          .putHeader("content-type", "application/grpc");
                      request.response().write(body);
                      request.response().putTrailer("grpc-status", "0").end();
                    }));
    String answer =
        Mesh.await(
            http2()
                .request(HttpMethod.POST, "/svc/Call")
                .compose(
                    request ->
                        named(request).putHeader("te", "trailers").send(Buffer.buffer("message")))
                .compose(
                    response ->
                        response
                            .body()
                            .map(body -> body + " " + response.getTrailer("grpc-status"))));
    assertThat(answer).isEqualTo("message 0");
    assertThat(versions).containsExactly("HTTP_2");
  }

  @Test
  void bothDirectionsStreamAtOnce() throws Exception {
    startApp(request -> request.pipeTo(request.response().setChunked(true)));
    HttpClientRequest request = Mesh.await(http2().request(HttpMethod.POST, "/stream"));
    named(request).setChunked(true);
    StringBuilder got = new StringBuilder();
    Future<Void> ended =
        request.response().compose(response -> response.handler(part -> append(got, part)).end());
    Mesh.await(request.write("one"));
    Mesh.eventually(() -> text(got).equals("one"));
    Mesh.await(request.write("two"));
    Mesh.eventually(() -> text(got).equals("onetwo"));
    Mesh.await(request.end());
    Mesh.await(ended);
  }

  @Test
  void anHttp1CallReachesAnHttp2Service() throws Exception {
    startApp(request -> request.response().end("hi"));
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/x", "server.b").body()).isEqualTo("hi");
      assertThat(client.head("HEAD /x HTTP/1.1", "Host: server.b").headOnly()).contains(" 200 ");
      assertThat(client.get("/x", "server.b").status()).isEqualTo(200);
    }
    assertThat(versions).contains("HTTP_2").doesNotContain("HTTP_1_1");
  }

  @Test
  void aStreamThatTheServiceResetsIs503() throws Exception {
    startApp(request -> request.response().reset());
    HttpClientResponse response = Mesh.await(get(http2(), "/ok"));
    assertThat(response.statusCode()).isEqualTo(503);
  }

  private void startApp(io.vertx.core.Handler<HttpServerRequest> handler) throws Exception {
    HttpServer app =
        appVertx
            .createHttpServer(new HttpServerOptions())
            .requestHandler(
                request -> {
                  versions.add(request.version().name());
                  handler.handle(request);
                });
    Mesh.await(app.listen(0, "127.0.0.1"));
    Mesh.Options options = Mesh.Options.DEFAULT.protocol(Protocol.HTTP2);
    mesh.close();
    mesh =
        Mesh.ready(
            new Mesh.Options(
                options.protocol(),
                options.limits(),
                options.clock(),
                options.outboundPortProtocol(),
                Optional.of(new HostPort("127.0.0.1", app.actualPort()))));
  }

  private HttpClient http2() {
    HttpClient client =
        mesh.vertx.createHttpClient(
            new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                .setDefaultHost("127.0.0.1")
                .setDefaultPort(mesh.outbound.getPort()));
    clients.add(client);
    return client;
  }

  private static HttpClientRequest named(HttpClientRequest request) {
    request.authority(io.vertx.core.net.HostAndPort.authority("server.b"));
    return request;
  }

  private static Future<HttpClientResponse> get(HttpClient client, String path) {
    return client.request(HttpMethod.GET, path).compose(request -> named(request).send());
  }

  private static void append(StringBuilder to, Buffer part) {
    synchronized (to) {
      to.append(part);
    }
  }

  private static String text(StringBuilder from) {
    synchronized (from) {
      return from.toString();
    }
  }
}
