package io.heraldmesh.proxy;

import static io.heraldmesh.proxy.RawHttp2Client.DATA;
import static io.heraldmesh.proxy.RawHttp2Client.END_HEADERS;
import static io.heraldmesh.proxy.RawHttp2Client.END_STREAM;
import static io.heraldmesh.proxy.RawHttp2Client.HEADERS;
import static io.heraldmesh.proxy.RawHttp2Client.PING;
import static io.heraldmesh.proxy.RawHttp2Client.SETTINGS;
import static io.heraldmesh.proxy.RawHttp2Client.WINDOW_UPDATE;
import static io.heraldmesh.proxy.RawHttp2Client.block;
import static io.heraldmesh.proxy.RawHttp2Client.frameBytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.Protocol;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Clients and services that answer each DATA frame by room for more and a ping, as gRPC in Go does
 * to measure its way, are no flood, however many small calls or messages there are.
 */
@Timeout(120)
class ProbingPeersTest {
  private static final int MANY = 2_000;

  private Mesh mesh;
  private HostileHttp2Server service;

  @BeforeEach
  void start() throws Exception {
    service = new HostileHttp2Server();
    service.play(ProbingPeersTest::serve);
    mesh = Mesh.ready(Mesh.Options.DEFAULT.protocol(Protocol.HTTP2).service(service.address()));
    // the client's proxy calls it itself, without a proxy of its own
    mesh.destinations(
        List.of(
            mesh.destination(
                "server",
                Set.of(),
                List.of(new Endpoint("127.0.0.1", service.address().port(), false)))));
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
    service.close();
  }

  @ParameterizedTest
  @EnumSource(Http2Side.class)
  void manySmallCallsAreServedOnOneConnection(Http2Side side) throws Exception {
    try (Socket socket = side.connect(mesh)) {
      socket.setTcpNoDelay(true);
      RawHttp2Client client = new RawHttp2Client(socket);
      for (int i = 0; i < MANY; i++) {
        int stream = 2 * i + 1;
        client.call(stream, false, "POST", "/x").frame(DATA, END_STREAM, stream, letter());
        assertThat(client.text(1)).isEqualTo("x");
        probe(client);
      }
    }
    assertThat(service.connections()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Http2Side.class)
  void oneCallOfManySmallMessagesGoesOn(Http2Side side) throws Exception {
    try (Socket socket = side.connect(mesh)) {
      socket.setTcpNoDelay(true);
      RawHttp2Client client = new RawHttp2Client(socket);
      client.call(false, "POST", "/x");
      for (int i = 0; i < MANY; i++) {
        client.frame(DATA, 0, 1, letter());
        assertThat(client.text(1)).isEqualTo("x");
        probe(client);
      }
    }
    assertThat(service.connections()).isEqualTo(1);
  }

  private static void probe(RawHttp2Client client) throws IOException {
    client.frame(WINDOW_UPDATE, 0, 0, room()).frame(PING, 0, 0, new byte[8]);
  }

  /** Answers each piece of a request by the same, behind what measures the way. */
  private static void serve(HostileHttp2Server.Connection connection) throws IOException {
    connection.send(frameBytes(SETTINGS, 0, 0, new byte[0]));
    while (true) {
      RawHttp2Client.Frame frame = connection.read();
      int stream = frame.stream();
      if (frame.type() == HEADERS) {
        connection.send(frameBytes(HEADERS, END_HEADERS, stream, block(":status", "200")));
      } else if (frame.type() == DATA) {
        byte[] piece = new byte[frame.payload().readableBytes()];
        frame.payload().readBytes(piece);
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        answer.writeBytes(frameBytes(WINDOW_UPDATE, 0, 0, room()));
        answer.writeBytes(frameBytes(PING, 0, 0, new byte[8]));
        answer.writeBytes(frameBytes(DATA, frame.flags() & END_STREAM, stream, piece));
        connection.send(answer.toByteArray());
      }
    }
  }

  private static byte[] room() {
    return new byte[] {0, 0, 0, 1};
  }

  private static byte[] letter() {
    return new byte[] {'x'};
  }
}
