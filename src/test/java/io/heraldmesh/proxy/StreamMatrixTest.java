package io.heraldmesh.proxy;

import static io.heraldmesh.proxy.RawHttp2Client.DATA;
import static io.heraldmesh.proxy.RawHttp2Client.END_STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.Protocol;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What goes on in both directions, on every way to a workload and in every mode: a WebSocket, a
 * stream of gRPC both ways, and a service that speaks first.
 */
@Timeout(120)
class StreamMatrixTest {
  private static final String NOTHING = "nothing";
  private static final String SWITCHED =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n\u0081\u0005hello";

  private final Vertx appVertx = Vertx.vertx();

  /** How the client comes in. */
  enum Way {
    /** Through its own proxy. */
    OUTBOUND,
    /** To the server's proxy, by mesh TLS. */
    MESH,
    /** To the server's proxy, without TLS. */
    PLAIN;

    Socket connect(Mesh mesh, InetSocketAddress outbound, String... alpn) throws Exception {
      return switch (this) {
        case OUTBOUND -> new Socket(outbound.getAddress(), outbound.getPort());
        case MESH -> mesh.tlsSocket(mesh.authority.issue(Mesh.CLIENT_ID), alpn);
        case PLAIN -> new Socket(mesh.inbound.getAddress(), mesh.inbound.getPort());
      };
    }
  }

  @AfterEach
  void stop() throws Exception {
    Mesh.await(appVertx.close());
  }

  static Stream<Arguments> ways() {
    return Arrays.stream(Way.values())
        .flatMap(
            way ->
                Stream.of(MtlsMode.STRICT, MtlsMode.PERMISSIVE)
                    .map(mode -> Arguments.of(way, mode)));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aWebSocketOpensWhereItsCallerMay(Way way, MtlsMode mode) throws Exception {
    for (Protocol port : List.of(Protocol.HTTP, Protocol.AUTO)) {
      try (Mesh mesh = ready(Mesh.Options.DEFAULT.protocol(port), mode)) {
        mesh.app.rawAnswer(SWITCHED);
        assertThat(webSocket(mesh, way)).as("%s", port).isEqualTo(expected(way, mode, "hello"));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void messagesOfGrpcPassOneByOneInBothDirections(Way way, MtlsMode mode) throws Exception {
    int port = echo();
    for (Protocol declared : List.of(Protocol.HTTP2, Protocol.AUTO)) {
      HostPort service = new HostPort("127.0.0.1", port);
      try (Mesh mesh = ready(Mesh.Options.DEFAULT.protocol(declared).service(service), mode)) {
        assertThat(grpc(mesh, way)).as("%s", declared).isEqualTo(expected(way, mode, "0"));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aServiceMaySpeakFirstWhereItsPortIsDeclaredAsBytes(Way way, MtlsMode mode) throws Exception {
    try (GreetingApp greeting = new GreetingApp();
        Mesh mesh = ready(soon().tcp(greeting.address()), mode)) {
      assertThat(first(mesh, way)).isEqualTo(expected(way, mode, "ready"));
    }
  }

  /** Who speaks first is waited for no longer than is said. */
  @Test
  void whereNothingIsDeclaredTheServicesFirstWordComesAfterTheTimeToLook() throws Exception {
    try (GreetingApp greeting = new GreetingApp();
        Mesh mesh =
            ready(
                soon().protocol(Protocol.AUTO).service(greeting.address()), MtlsMode.PERMISSIVE)) {
      assertThat(first(mesh, Way.PLAIN)).isEqualTo("ready");
      assertThat(first(mesh, Way.MESH)).isEqualTo("ready");
    }
  }

  /** Who says nothing is waited for a little while only. */
  private static Mesh.Options soon() {
    return Mesh.Options.DEFAULT.limits(
        Limits.DEFAULTS.with(
            to -> to.handshake(Duration.ofSeconds(4)).detection(Duration.ofMillis(300))));
  }

  private static String expected(Way way, MtlsMode mode, String served) {
    return way == Way.PLAIN && mode == MtlsMode.STRICT ? NOTHING : served;
  }

  private static Mesh ready(Mesh.Options options, MtlsMode mode) throws Exception {
    Mesh mesh = Mesh.ready(options);
    mesh.policy(mode);
    return mesh;
  }

  /** The first frame of the service. */
  private static String webSocket(Mesh mesh, Way way) throws Exception {
    try (RawClient client =
        new RawClient(way.connect(mesh, mesh.outbound, "istio-http/1.1", "http/1.1"))) {
      client.head(
          "GET /raw HTTP/1.1",
          "Host: server.b",
          "Connection: Upgrade",
          "Upgrade: websocket",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
      assertThat(client.headOnly()).startsWith("HTTP/1.1 101 ");
      byte[] frame = client.read(7);
      return new String(frame, 2, 5, StandardCharsets.US_ASCII);
    } catch (IOException refused) {
      return NOTHING;
    }
  }

  /** The status of a call whose second message is sent only when the first has come back. */
  private static String grpc(Mesh mesh, Way way) throws Exception {
    try (RawHttp2Client client =
        new RawHttp2Client(way.connect(mesh, mesh.outbound, "istio-h2", "h2"))) {
      client.call(
          false, "POST", "/echo.Echo/Talk", "content-type", "application/grpc", "te", "trailers");
      for (String message : List.of("\0\0\0\0\3one", "\0\0\0\0\3two")) {
        client.frame(DATA, 0, 1, message.getBytes(StandardCharsets.ISO_8859_1));
        assertThat(client.text(message.length())).isEqualTo(message);
      }
      client.frame(DATA, END_STREAM, 1, new byte[0]);
      return String.valueOf(client.trailers().get("grpc-status"));
    } catch (IOException refused) {
      return NOTHING;
    }
  }

  /** What the service says before its client has said anything. */
  private static String first(Mesh mesh, Way way) throws Exception {
    try (RawClient client = new RawClient(way.connect(mesh, mesh.outboundPort, "istio"))) {
      if (way == Way.MESH) {
        // the handshake is the client's to begin; nothing of its own goes with it
        client.send("");
      }
      byte[] word = client.read(5);
      return word.length == 0 ? NOTHING : new String(word, StandardCharsets.US_ASCII);
    } catch (IOException refused) {
      return NOTHING;
    }
  }

  /** A service of gRPC's kind that sends each message back as it comes. */
  private int echo() throws Exception {
    HttpServer server =
        appVertx
            .createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0))
            .requestHandler(
                request -> {
                  request.response().setChunked(true);
                  request.response().putHeader("content-type", "application/grpc");
                  request.handler(message -> request.response().write(message));
                  request.endHandler(
                      end -> {
                        request.response().putTrailer("grpc-status", "0");
                        request.response().end();
                      });
                });
    return Mesh.await(server.listen()).actualPort();
  }
}
