package io.heraldmesh.proxy;

import static io.heraldmesh.proxy.RawHttp2Client.RST_STREAM;
import static io.heraldmesh.proxy.RawHttp2Client.SETTINGS;
import static io.heraldmesh.proxy.RawHttp2Client.frameBytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.Protocol;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A server that answers a request, takes no more of it and does not say so (RFC 9113 section 8.1)
 * keeps neither the stream nor its connection.
 */
@Timeout(60)
class EarlyHttp2AnswersTest {
  private static final byte[] NO_ROOM = {0, 4, 0, 0, 0, 0};

  private final AtomicInteger resets = new AtomicInteger();
  private HostileHttp2Server server;
  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    server = new HostileHttp2Server();
    server.play(this::answerWithoutTaking);
    mesh = Mesh.ready(Mesh.Options.DEFAULT.protocol(Protocol.HTTP2));
    mesh.destinations(
        List.of(
            mesh.destination(
                "server",
                Set.of(),
                List.of(new Endpoint("127.0.0.1", server.address().port(), false)))));
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
    server.close();
  }

  @Test
  void theRestOfARequestThatIsAnsweredIsTakenBackAndTheConnectionCanClose() throws Exception {
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/first", "server.b").status())
          .as("its settings are read")
          .isEqualTo(200);
      client.head("POST /x HTTP/1.1", "Host: server.b", "Content-Length: 4").send("abcd");
      assertThat(client.answer().status()).isEqualTo(200);
      Mesh.eventually(() -> resets.get() == 1);
    }
    // the client's own connection ends where its body came after the answer
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/next", "server.b").status()).isEqualTo(200);
    }
    mesh.destinations(List.of());
    Mesh.eventually(() -> server.open() == 0);
  }

  private void answerWithoutTaking(HostileHttp2Server.Connection connection) throws IOException {
    connection.send(frameBytes(SETTINGS, 0, 0, NO_ROOM));
    while (true) {
      RawHttp2Client.Frame frame = connection.read();
      if (frame.type() == RawHttp2Client.HEADERS) {
        connection.send(BadHttp2Service.ok(frame.stream()));
      } else if (frame.type() == RST_STREAM) {
        resets.incrementAndGet();
      }
    }
  }
}
