package io.heraldmesh.proxy;

import static io.heraldmesh.proxy.RawHttp2Client.GOAWAY;
import static io.heraldmesh.proxy.RawHttp2Client.RST_STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Limits that a node file sets hold, just there. */
@Timeout(60)
class ConfiguredLimitsTest {
  private static Mesh mesh;

  @BeforeAll
  static void start() throws Exception {
    mesh =
        Mesh.ready(
            Mesh.Options.DEFAULT.limits(
                Limits.DEFAULTS.with(
                    to ->
                        to.requestLineBytes(1_000)
                            .headerBytes(3_000)
                            .headerCount(30)
                            .concurrentStreams(4)
                            .resetsPerWindow(5)
                            .requestHead(Duration.ofSeconds(1))
                            .response(Duration.ofSeconds(3)))));
  }

  @AfterAll
  static void stop() throws Exception {
    mesh.close();
  }

  @Test
  void theRequestLine() throws Exception {
    String rest = " HTTP/1.1";
    assertThat(status("GET /" + "a".repeat(900) + rest, 0, 1)).isEqualTo(200);
    assertThat(status("GET /" + "a".repeat(1_000) + rest, 0, 1)).isEqualTo(414);
  }

  @Test
  void theBytesOfAHead() throws Exception {
    assertThat(status("GET /ok HTTP/1.1", 1, 2_000)).isEqualTo(200);
    assertThat(status("GET /ok HTTP/1.1", 1, 3_000)).isEqualTo(431);
  }

  @Test
  void theNumberOfFields() throws Exception {
    assertThat(status("GET /ok HTTP/1.1", 20, 1)).isEqualTo(200);
    assertThat(status("GET /ok HTTP/1.1", 30, 1)).isEqualTo(431);
  }

  @Test
  void theTimeForAHead() throws Exception {
    try (RawClient client = mesh.call()) {
      client.send("GET /ok HTTP/1.1\r\nHost:");
      assertThat(client.readAll()).doesNotContain(" 200 ");
    }
  }

  @Test
  void theTimeForAResponse() throws Exception {
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/hang", "server.b").status()).isEqualTo(504);
    }
  }

  @Test
  void theStreamsOfAConnection() throws Exception {
    try (RawHttp2Client client = http2()) {
      for (int i = 0; i < 5; i++) {
        client.call(2 * i + 1, true, "GET", "/hang");
      }
      RawHttp2Client.Frame refused = client.readAnswer();
      assertThat(refused.type()).isEqualTo(RST_STREAM);
      assertThat(refused.stream()).isEqualTo(9);
    }
  }

  @Test
  void theStreamsThatAreTakenBack() throws Exception {
    try (RawHttp2Client client = http2()) {
      RawHttp2Client.Frame end = null;
      try {
        for (int i = 0; i < 8; i++) {
          client.call(2 * i + 1, true, "GET", "/hang");
          client.frame(RST_STREAM, 0, 2 * i + 1, new byte[] {0, 0, 0, 8});
        }
        end = client.readAnswer();
      } catch (IOException ended) {
        return;
      }
      assertThat(end.type()).isEqualTo(GOAWAY);
    }
  }

  private static int status(String line, int fields, int length) throws Exception {
    try (RawClient client = mesh.call()) {
      StringBuilder head = new StringBuilder(line).append("\r\nHost: server.b\r\n");
      for (int i = 0; i < fields; i++) {
        head.append('x').append(i).append(": ").append("v".repeat(length)).append("\r\n");
      }
      return client.send(head + "\r\n").answer().status();
    }
  }

  private static RawHttp2Client http2() throws Exception {
    return new RawHttp2Client(new Socket(mesh.outbound.getAddress(), mesh.outbound.getPort()));
  }
}
