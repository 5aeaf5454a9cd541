package io.heraldmesh.proxy;

import static io.heraldmesh.proxy.RawHttp2Client.SETTINGS;
import static io.heraldmesh.proxy.RawHttp2Client.frameBytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Protocol;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a service of HTTP/2 says that it takes, and what it gets. */
@Timeout(60)
class ServerSettingsTest {
  private static final int MAX_HEADER_LIST_SIZE = 6;

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

  /** It is advice (RFC 9113 section 6.5.2), and some servers take more than they say. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aLongHeadIsForTheServiceToJudge(boolean itsProxy) throws Exception {
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
      assertThat(status(client, "v".repeat(12_000))).isEqualTo(200);
    }
    assertThat(server.connections()).isEqualTo(1);
    assertThat(mesh.log).noneMatch(entry -> entry.flag().startsWith("upstream"));
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
        assertThat(status(client, "short")).isEqualTo(200);
      }
    } finally {
      Mesh.await(vertx.close());
    }
  }

  private void plainly(HostPort service) {
    new Ruled(mesh).by("{loadBalancer: {simple: LEAST_REQUEST}}", Ruled.plain(service.port()));
  }

  /** On a connection to the service that has said already what it takes. */
  private static int status(RawClient client, String field) throws IOException {
    return client.head("GET /x HTTP/1.1", "Host: server.b", "X-Long: " + field).answer().status();
  }

  private static byte[] settings(int id, int value) {
    byte[] one = ByteBuffer.allocate(6).putShort((short) id).putInt(value).array();
    return frameBytes(SETTINGS, 0, 0, one);
  }
}
