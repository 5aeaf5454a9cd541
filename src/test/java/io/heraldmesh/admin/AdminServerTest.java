package io.heraldmesh.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdminServerTest {
  private static final Vertx VERTX = Vertx.vertx();
  private static final HttpClient CLIENT = VERTX.createHttpClient();
  private static OperatorTokens tokens;
  private static HttpServer server;

  @BeforeAll
  static void start() throws Exception {
    tokens = await(OperatorTokens.create(VERTX));
    AdminServer admin =
        new AdminServer(
            VERTX, tokens, () -> Future.succeededFuture(new JsonObject().put("node", "n1")));
    server = await(admin.listen(SocketAddress.inetSocketAddress(0, "127.0.0.1")));
  }

  @AfterAll
  static void close() throws Exception {
    await(VERTX.close());
  }

  @Test
  void theSignInPageNeedsNoCredentialAndHoldsNoData() throws Exception {
    Answer page = get("/", new RequestOptions());
    assertThat(page.status()).isEqualTo(200);
    assertThat(page.headers().get("content-security-policy")).contains("default-src 'none'");
    assertThat(page.body()).contains("Operator token").doesNotContain("n1");
  }

  @Test
  void everythingElseIsRefusedWithoutAToken() throws Exception {
    assertThat(get("/api/status", new RequestOptions()).status()).isEqualTo(401);
    assertThat(get("/anything", new RequestOptions()).status()).isEqualTo(401);
    assertThat(get("/api/status", bearer("nonsense")).status()).isEqualTo(401);
    assertThat(get("/api/status", bearer("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.")).status())
        .isEqualTo(401);
  }

  @Test
  void anOperatorSeesTheStatus() throws Exception {
    Answer answer = get("/api/status", bearer(tokens.issue("ann", Duration.ofMinutes(5))));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(new JsonObject(answer.body()).getString("node")).isEqualTo("n1");
  }

  @Test
  void anExpiredTokenAndOneOfAnotherProcessAreRefused() throws Exception {
    assertThatThrownBy(() -> await(tokens.check(tokens.issue("ann", Duration.ofMinutes(-1)))))
        .hasMessageContaining("operator token refused");
    OperatorTokens other = await(OperatorTokens.create(VERTX));
    String foreign = other.issue("ann", Duration.ofMinutes(5));
    assertThatThrownBy(() -> await(tokens.check(foreign))).hasMessageContaining("refused");
  }

  @Test
  void aForeignHostOrOriginIsRefused() throws Exception {
    RequestOptions rebinding = new RequestOptions().putHeader("host", "evil.example:15000");
    assertThat(get("/", rebinding).status()).isEqualTo(403);
    RequestOptions crossSite = new RequestOptions().putHeader("origin", "https://evil.example");
    assertThat(get("/", crossSite).status()).isEqualTo(403);
  }

  /** RFC 9112 section 3.2: which of two a browser or a proxy meant, nobody can tell. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
        "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n"
      })
  void aSecondNameIsRefused(String request) throws Exception {
    assertThat(statusLine(request)).doesNotContain(" 200 ");
  }

  @Test
  void namesAndSchemesAreInAnyCase() throws Exception {
    assertThat(statusLine("GET / HTTP/1.1\r\nHost: LOCALHOST:1\r\n\r\n")).contains(" 200 ");
    String token = tokens.issue("ann", Duration.ofMinutes(5));
    RequestOptions lower = new RequestOptions().putHeader("authorization", "bearer " + token);
    assertThat(get("/api/status", lower).status()).isEqualTo(200);
  }

  private static String statusLine(String request) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", server.actualPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1))
          .readLine();
    }
  }

  private static RequestOptions bearer(String token) {
    return new RequestOptions().putHeader("authorization", "Bearer " + token);
  }

  private record Answer(int status, String body, MultiMap headers) {}

  private static Answer get(String path, RequestOptions options) throws Exception {
    options.setMethod(HttpMethod.GET).setURI(path);
    options.setServer(SocketAddress.inetSocketAddress(server.actualPort(), "127.0.0.1"));
    options.setHost("127.0.0.1").setPort(server.actualPort());
    return await(
        CLIENT
            .request(options)
            // nested, so that the body is asked for before it can have passed
            .compose(request -> request.send().compose(AdminServerTest::whole)));
  }

  private static Future<Answer> whole(HttpClientResponse answer) {
    return answer
        .body()
        .map(body -> new Answer(answer.statusCode(), body.toString(), answer.headers()));
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }
}
