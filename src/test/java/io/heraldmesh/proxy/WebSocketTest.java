package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.AuthorizationPolicy;
import io.heraldmesh.policy.AuthorizationPolicy.Action;
import io.heraldmesh.policy.Condition;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.Rule;
import io.heraldmesh.policy.TextField;
import io.heraldmesh.policy.TextMatch;
import io.heraldmesh.proxy.log.AccessEntry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** WebSockets pass through both proxies once their handshake was allowed; nothing else upgrades. */
@Timeout(60)
class WebSocketTest {
  private static final String KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
  private static final AuthorizationPolicy NOBODY =
      new AuthorizationPolicy("b", "nobody", Action.ALLOW, false, List.of(), null);

  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    mesh = Mesh.ready();
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  @Test
  void messagesOfEverySizePassBothWays() throws Exception {
    try (Echo echo = new Echo()) {
      WebSocketClient client = echo.vertx.createWebSocketClient();
      WebSocket socket = Mesh.await(client.connect(echo.to("/chat?room=1")));
      BlockingQueue<String> received = new LinkedBlockingQueue<>();
      socket.textMessageHandler(received::add);
      for (int size : new int[] {1, 125, 126, 65_535, 65_536, 200_000}) {
        String message = "m".repeat(size);
        Mesh.await(socket.writeTextMessage(message));
        assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo(message);
      }
      Mesh.await(socket.close());
      assertThat(echo.paths.poll(10, TimeUnit.SECONDS)).isEqualTo("/chat?room=1");
      assertThat(echo.callers.poll(10, TimeUnit.SECONDS)).contains("URI=" + Mesh.CLIENT_ID);
      AccessEntry entry = echo.mesh.logged("destination");
      assertThat(entry.status()).isEqualTo(101);
      assertThat(entry.bytesIn()).isGreaterThan(330_000);
      assertThat(entry.bytesOut()).isGreaterThan(330_000);
      assertThat(entry.principal()).isEqualTo("mesh.test/ns/a/sa/client");
    }
  }

  @Test
  void aServiceThatSpeaksFirstIsHeard() throws Exception {
    // its first frame comes in the same packet as its answer
    mesh.app.rawAnswer(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n\u0081\u0005hello");
    try (RawClient client = mesh.call()) {
      upgrade(client, "/raw");
      assertThat(client.headOnly())
          .startsWith("HTTP/1.1 101 ")
          .containsIgnoringCase("connection: upgrade")
          .containsIgnoringCase("upgrade: websocket")
          .contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
      assertThat(new String(client.read(7), StandardCharsets.ISO_8859_1))
          .isEqualTo("\u0081\u0005hello");
    }
  }

  @Test
  void aDeniedHandshakeNeverReachesTheService() throws Exception {
    mesh.policy(MtlsMode.STRICT, NOBODY);
    try (RawClient client = mesh.call()) {
      upgrade(client, "/chat");
      assertThat(client.answer().status()).isEqualTo(403);
    }
    assertThat(mesh.app.seen()).isEmpty();
  }

  @Test
  void policySeesThatAClientAsksForOne() throws Exception {
    TextField websocket = new TextField(List.of(new TextMatch.Exact("websocket")), List.of());
    mesh.policy(
        MtlsMode.STRICT,
        new AuthorizationPolicy(
            "b",
            "no-sockets",
            Action.DENY,
            false,
            List.of(
                new Rule(
                    List.of(),
                    List.of(),
                    List.of(new Condition.HeaderCondition("upgrade", websocket)))),
            null));
    try (RawClient client = mesh.call()) {
      upgrade(client, "/chat");
      assertThat(client.answer().status()).isEqualTo(403);
    }
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
    }
  }

  @Test
  void aServiceThatDeclinesAnswersAsItLikes() throws Exception {
    try (RawClient client = mesh.call()) {
      upgrade(client, "/ok");
      assertThat(client.answer().body()).isEqualTo("ok");
      assertThat(client.get("/ok", "server.b").status()).as("and is called again").isEqualTo(200);
    }
    assertThat(mesh.app.seen().getFirst().values("upgrade")).containsExactly("websocket");
  }

  @Test
  void itEndsWithItsPermission() throws Exception {
    try (Echo echo = new Echo()) {
      WebSocketClient client = echo.vertx.createWebSocketClient();
      WebSocket socket = Mesh.await(client.connect(echo.to("/chat")));
      BlockingQueue<Boolean> closed = new LinkedBlockingQueue<>();
      socket.closeHandler(v -> closed.add(true));
      echo.mesh.policy(MtlsMode.STRICT, NOBODY);
      assertThat(closed.poll(10, TimeUnit.SECONDS)).isTrue();
      // that the connection has to end is told first, and its end when it has ended
      Mesh.eventually(() -> echo.mesh.logged("destination").flag().equals("withdrawn"));
      AccessEntry entry = echo.mesh.logged("destination");
      assertThat(entry.reason().code()).isEqualTo("no_allow_matched");
      assertThat(echo.paths).hasSize(1);
    }
  }

  @Test
  void otherUpgradesAreTakenOff() throws Exception {
    for (String upgrade :
        List.of("h2c", "websocket, h2c", "TLS/1.2", "websocket\r\nUpgrade: h2c")) {
      try (RawClient client = mesh.call()) {
        client.head(
            "GET /ok HTTP/1.1",
            "Host: server.b",
            "Connection: Upgrade, HTTP2-Settings",
            "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
            "Upgrade: " + upgrade);
        assertThat(client.answer().status()).isEqualTo(200);
      }
      assertThat(mesh.app.last().values("upgrade")).as(upgrade).isEmpty();
      assertThat(mesh.app.last().values("connection")).as(upgrade).isEmpty();
      assertThat(mesh.app.last().values("http2-settings")).as(upgrade).isEmpty();
    }
  }

  @Test
  void anUpgradeThatIsNoneGoesOnAsAPlainRequest() throws Exception {
    for (List<String> head :
        List.of(
            List.of("POST /ok HTTP/1.1", "Connection: upgrade", "Upgrade: websocket"),
            List.of("GET /ok HTTP/1.1", "Upgrade: websocket"),
            List.of("GET /ok HTTP/1.1", "Connection: upgrade"),
            List.of("GET /ok HTTP/1.1", "Connection: upgrade, close", "Upgrade: websocket"))) {
      try (RawClient client = mesh.call()) {
        client.head(
            Stream.concat(head.stream(), Stream.of("Host: server.b", KEY)).toArray(String[]::new));
        assertThat(client.answer().status()).isEqualTo(200);
      }
      assertThat(mesh.app.last().values("upgrade")).as(head.toString()).isEmpty();
    }
  }

  @Test
  void aServiceThatSwitchesUnaskedOrToSomethingElseIs502() throws Exception {
    for (String protocol : List.of("h2c", "websocket")) {
      mesh.app.rawAnswer(
          "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "
              + protocol
              + "\r\n\r\nGET /ok HTTP/1.1\r\n\r\n");
      try (RawClient client = mesh.call()) {
        if (protocol.equals("websocket")) {
          client.head("GET /raw HTTP/1.1", "Host: server.b");
        } else {
          upgrade(client, "/raw");
        }
        assertThat(client.answer().status()).isEqualTo(502);
      }
    }
  }

  /**
   * Whatever follows the handshake too early could be read as a request by one and not by another.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /smuggled HTTP/1.1\r\nHost: server.b\r\n\r\n",
        "GET /smuggled HTTP/1.1\r\nHo",
        "GET /smuggled",
        "A",
        "\u0081\u0005hello"
      })
  void aClientThatDoesNotWaitForTheAnswerIsNotUpgraded(String early) throws Exception {
    mesh.app.rawAnswer(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    try (RawClient client = mesh.call()) {
      client.send(
          "GET /raw HTTP/1.1\r\nHost: server.b\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
              + KEY
              + "\r\n\r\n"
              + early);
      assertThat(client.readAll()).doesNotStartWith("HTTP/1.1 101 ");
    }
    assertThat(mesh.app.seen()).allMatch(seen -> !seen.line().contains("smuggled"));
  }

  private static void upgrade(RawClient client, String path) throws Exception {
    client.head(
        "GET " + path + " HTTP/1.1",
        "Host: server.b",
        "Connection: keep-alive, Upgrade",
        "Upgrade: WebSocket",
        "Sec-WebSocket-Version: 13",
        KEY);
  }

  /** A mesh in front of a service that sends every message back. */
  private static final class Echo implements AutoCloseable {
    final Vertx vertx = Vertx.vertx();
    final BlockingQueue<String> paths = new LinkedBlockingQueue<>();
    final BlockingQueue<String> callers = new LinkedBlockingQueue<>();
    final Mesh mesh;

    Echo() throws Exception {
      HttpServer server =
          Mesh.await(
              vertx
                  .createHttpServer()
                  .webSocketHandler(
                      socket -> {
                        paths.add(socket.uri());
                        callers.add(socket.headers().get("x-forwarded-client-cert"));
                        socket.textMessageHandler(socket::writeTextMessage);
                      })
                  .listen(0, "127.0.0.1"));
      mesh =
          Mesh.ready(Mesh.Options.DEFAULT.service(new HostPort("127.0.0.1", server.actualPort())));
    }

    WebSocketConnectOptions to(String uri) {
      return new WebSocketConnectOptions()
          .setHost("127.0.0.1")
          .setPort(mesh.outboundPort.getPort())
          .setURI(uri);
    }

    @Override
    public void close() throws Exception {
      mesh.close();
      Mesh.await(vertx.close());
    }
  }
}
