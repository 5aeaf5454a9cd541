package io.heraldmesh.proxy;

import static io.heraldmesh.proxy.RawHttp2Client.END_HEADERS;
import static io.heraldmesh.proxy.RawHttp2Client.END_STREAM;
import static io.heraldmesh.proxy.RawHttp2Client.GOAWAY;
import static io.heraldmesh.proxy.RawHttp2Client.HEADERS;
import static io.heraldmesh.proxy.RawHttp2Client.RST_STREAM;
import static io.heraldmesh.proxy.RawHttp2Client.SETTINGS;
import static io.heraldmesh.proxy.RawHttp2Client.block;
import static io.heraldmesh.proxy.RawHttp2Client.frameBytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Protocol;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a service of HTTP/2 says that it takes, and what it gets. */
@Timeout(60)
class ServerSettingsTest {
  private static final int MAX_CONCURRENT_STREAMS = 3;
  private static final int MAX_HEADER_LIST_SIZE = 6;
  private static final int REFUSED_STREAM = 7;

  private HostileHttp2Server server;
  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    server = new HostileHttp2Server();
    start(server.address());
  }

  private void start(HostPort service) throws Exception {
    mesh = Mesh.ready(Mesh.Options.DEFAULT.protocol(Protocol.HTTP2).service(service));
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
    server.close();
  }

  /**
   * It is advice (RFC 9113 section 6.5.2), and some servers take more than they say; others end the
   * connection, with the calls of everybody, over what is more than a quarter longer.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aHeadThatIsALittleTooLongIsForTheServiceToJudgeAndALongerOneIsNotSent(boolean itsProxy)
      throws Exception {
    server.play(
        connection -> {
          connection.send(settings(MAX_HEADER_LIST_SIZE, 8192));
          while (true) {
            connection.send(BadHttp2Service.ok(connection.request()));
          }
        });
    if (!itsProxy) {
      plainly(server.address());
    }
    try (RawClient client = mesh.call()) {
      assertThat(status(client, "short")).isEqualTo(200);
      assertThat(status(client, "v".repeat(9_000))).isEqualTo(200);
      assertThat(status(client, "v".repeat(12_000))).isEqualTo(431);
      assertThat(status(client, "short")).isEqualTo(200);
    }
    assertThat(server.connections()).isEqualTo(1);
    assertThat(mesh.log).noneMatch(entry -> entry.flag().startsWith("upstream"));
  }

  /** In one piece, so that the head waits for the trailers. */
  @Test
  void aHeadThatIsTooLongEndsNobodyElsesCallsAlsoWithTrailers() throws Exception {
    server.play(
        connection -> {
          connection.send(settings(MAX_HEADER_LIST_SIZE, 8192));
          while (true) {
            connection.send(BadHttp2Service.ok(connection.request()));
          }
        });
    plainly(server.address());
    byte[] head =
        block(
            ":method",
            "POST",
            ":scheme",
            "http",
            ":path",
            "/x",
            ":authority",
            "server.b",
            "x-long",
            "v".repeat(12_000));
    try (Socket socket = new Socket(mesh.outbound.getAddress(), mesh.outbound.getPort());
        RawHttp2Client client = new RawHttp2Client(socket)) {
      socket.getOutputStream().write(get(1));
      assertThat(client.status(client.readAnswer())).isEqualTo("200");
      socket
          .getOutputStream()
          .write(
              joined(
                  frameBytes(HEADERS, END_HEADERS, 3, head),
                  frameBytes(HEADERS, END_HEADERS | END_STREAM, 3, block("x-end", "1"))));
      assertThat(client.status(client.readAnswer())).isEqualTo("431");
      socket.getOutputStream().write(get(5));
      assertThat(client.status(client.readAnswer())).isEqualTo("200");
    }
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void whereItIsTooLongForTheServiceItSaysSoItself() throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      HttpServer strict =
          vertx
              .createHttpServer(
                  new HttpServerOptions()
                      .setInitialSettings(new Http2Settings().setMaxHeaderListSize(8000)))
              .requestHandler(request -> request.response().end("ok"));
      Mesh.await(strict.listen(0, "127.0.0.1"));
      plainly(new HostPort("127.0.0.1", strict.actualPort()));
      try (RawClient client = mesh.call()) {
        assertThat(status(client, "short")).isEqualTo(200);
        assertThat(status(client, "v".repeat(9_000))).isEqualTo(431);
        assertThat(status(client, "v".repeat(12_000))).isEqualTo(431);
        assertThat(status(client, "short")).isEqualTo(200);
      }
    } finally {
      Mesh.await(vertx.close());
    }
  }

  /** The first connection is used before the service has said how many streams it takes. */
  @Test
  void callsThatComeTogetherAreAnsweredHoweverFewStreamsAConnectionMayHave() throws Exception {
    int calls = 4;
    CountDownLatch all = new CountDownLatch(calls);
    server.play(
        connection -> {
          connection.send(settings(MAX_CONCURRENT_STREAMS, 1));
          int first = connection.request();
          all.countDown();
          Thread.startVirtualThread(() -> answer(connection, first, all));
          while (true) {
            connection.send(reset(connection.request()));
          }
        });
    plainly(server.address());
    try (Socket socket = new Socket(mesh.outbound.getAddress(), mesh.outbound.getPort());
        RawHttp2Client client = new RawHttp2Client(socket)) {
      ByteArrayOutputStream together = new ByteArrayOutputStream();
      for (int i = 0; i < calls; i++) {
        together.writeBytes(get(2 * i + 1));
      }
      socket.getOutputStream().write(together.toByteArray());
      for (int i = 0; i < calls; i++) {
        assertThat(client.status(client.readAnswer())).isEqualTo("200");
      }
    }
    assertThat(server.connections()).isEqualTo(calls);
  }

  /** As one that was configured anew. */
  @Test
  void aServerThatOnceTookFewStreamsAndSaysNothingOfThatAnyMoreGetsAsManyAsAny() throws Exception {
    int calls = 3;
    server.play(
        connection -> {
          connection.send(settings(MAX_CONCURRENT_STREAMS, 1));
          int only = connection.request();
          connection.send(joined(BadHttp2Service.ok(only), goAway(only)));
          connection.request();
        });
    plainly(server.address());
    try (Socket socket = new Socket(mesh.outbound.getAddress(), mesh.outbound.getPort());
        RawHttp2Client client = new RawHttp2Client(socket)) {
      socket.getOutputStream().write(get(1));
      assertThat(client.status(client.readAnswer())).isEqualTo("200");
      server.play(
          connection -> {
            connection.send(frameBytes(SETTINGS, 0, 0, new byte[0]));
            connection.send(BadHttp2Service.ok(connection.request()));
            ByteArrayOutputStream answers = new ByteArrayOutputStream();
            for (int i = 0; i < calls; i++) {
              answers.writeBytes(BadHttp2Service.ok(connection.request()));
            }
            connection.send(answers.toByteArray());
            connection.request();
          });
      socket.getOutputStream().write(get(3));
      assertThat(client.status(client.readAnswer())).isEqualTo("200");
      socket.getOutputStream().write(joined(get(5), get(7), get(9)));
      for (int i = 0; i < calls; i++) {
        assertThat(client.status(client.readAnswer())).isEqualTo("200");
      }
    }
    assertThat(server.connections()).isEqualTo(2);
  }

  private void plainly(HostPort service) {
    new Ruled(mesh).by("{loadBalancer: {simple: LEAST_REQUEST}}", Ruled.plain(service.port()));
  }

  /** On a connection to the service that has said already what it takes. */
  private static int status(RawClient client, String field) throws IOException {
    return client.head("GET /x HTTP/1.1", "Host: server.b", "X-Long: " + field).answer().status();
  }

  private static void answer(HostileHttp2Server.Connection to, int stream, CountDownLatch when) {
    try {
      when.await();
      to.send(BadHttp2Service.ok(stream));
    } catch (IOException | InterruptedException e) {
      // the test is over
    }
  }

  private static byte[] get(int stream) {
    byte[] fields =
        block(":method", "GET", ":scheme", "http", ":path", "/x", ":authority", "server.b");
    return frameBytes(HEADERS, END_HEADERS | END_STREAM, stream, fields);
  }

  private static byte[] settings(int id, int value) {
    byte[] one = ByteBuffer.allocate(6).putShort((short) id).putInt(value).array();
    return frameBytes(SETTINGS, 0, 0, one);
  }

  private static byte[] goAway(int last) {
    return frameBytes(GOAWAY, 0, 0, ByteBuffer.allocate(8).putInt(last).putInt(0).array());
  }

  private static byte[] joined(byte[]... frames) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] frame : frames) {
      all.writeBytes(frame);
    }
    return all.toByteArray();
  }

  private static byte[] reset(int stream) {
    return frameBytes(RST_STREAM, 0, stream, new byte[] {0, 0, 0, REFUSED_STREAM});
  }
}
