package io.heraldmesh.proxy;

import static io.heraldmesh.proxy.RawHttp2Client.CONTINUATION;
import static io.heraldmesh.proxy.RawHttp2Client.END_STREAM;
import static io.heraldmesh.proxy.RawHttp2Client.HEADERS;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A request head of HTTP/2 has the time and the room of one of HTTP/1.1, however it is cut. */
@Timeout(60)
class UnfinishedBlocksTest {
  private static final int ENHANCE_YOUR_CALM = 11;
  private static final Duration HEAD = Duration.ofSeconds(1);
  private static final byte[] BLOCK =
      RawHttp2Client.block(
          ":method", "GET", ":scheme", "http", ":path", "/ok", ":authority", "server.b");

  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    mesh =
        Mesh.ready(Mesh.Options.DEFAULT.limits(Limits.DEFAULTS.with(to -> to.requestHead(HEAD))));
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  @ParameterizedTest
  @EnumSource(Http2Side.class)
  void aBlockThatDoesNotGoOnEndsTheConnection(Http2Side side) throws Exception {
    try (RawHttp2Client client = new RawHttp2Client(side.connect(mesh))) {
      client.frame(HEADERS, END_STREAM, 1, BLOCK);
      assertEndsInTime(client);
    }
  }

  @ParameterizedTest
  @EnumSource(Http2Side.class)
  void soDoesHalfAFrame(Http2Side side) throws Exception {
    Socket socket = side.connect(mesh);
    try (RawHttp2Client client = new RawHttp2Client(socket)) {
      byte[] frame = RawHttp2Client.frameBytes(HEADERS, END_STREAM, 1, BLOCK);
      socket.getOutputStream().write(Arrays.copyOf(frame, frame.length / 2));
      assertEndsInTime(client);
    }
  }

  @ParameterizedTest
  @EnumSource(Http2Side.class)
  void soItDoesBesideARequestThatWaitsForItsAnswer(Http2Side side) throws Exception {
    try (RawHttp2Client client = new RawHttp2Client(side.connect(mesh))) {
      client.call(true, "GET", "/hang");
      Mesh.eventually(() -> mesh.app.seen().size() == 1);
      client.frame(HEADERS, END_STREAM, 3, BLOCK);
      assertEndsInTime(client);
    }
  }

  @ParameterizedTest
  @EnumSource(Http2Side.class)
  void aConnectionWithoutARequestEndsInTheSameTime(Http2Side side) throws Exception {
    try (RawHttp2Client client = new RawHttp2Client(side.connect(mesh))) {
      assertThat(client.readGoAway()).isZero();
    }
  }

  /** The time counts from a head's first byte, and between requests another time counts. */
  @ParameterizedTest
  @EnumSource(Http2Side.class)
  void aHeadInTwoPartsIsReadHoweverLongItsConnectionWasIdle(Http2Side side) throws Exception {
    try (RawHttp2Client client = new RawHttp2Client(side.connect(mesh))) {
      client.call(true, "GET", "/ok");
      assertThat(client.status(client.readAnswer())).isEqualTo("200");
      passed(HEAD.multipliedBy(2));
      client.frame(HEADERS, END_STREAM, 3, Arrays.copyOf(BLOCK, 5));
      passed(HEAD.dividedBy(2));
      client.frame(
          CONTINUATION, RawHttp2Client.END_HEADERS, 3, Arrays.copyOfRange(BLOCK, 5, BLOCK.length));
      assertThat(client.status(client.readAnswer())).isEqualTo("200");
    }
  }

  /** A 32nd of the heap for those of all clients. */
  @Test
  void thereIsNoRoomForManyThatDoNotEnd() throws Exception {
    mesh.close();
    mesh = Mesh.ready();
    byte[] part = RawHttp2Client.block("x", "v".repeat(16_000));
    long most = Runtime.getRuntime().maxMemory() / 32 / (4L * part.length) + 1;
    List<RawHttp2Client> clients = new ArrayList<>();
    try {
      while (clients.size() <= most) {
        RawHttp2Client client = new RawHttp2Client(Http2Side.OUTBOUND.connect(mesh));
        clients.add(client);
        client.frame(HEADERS, END_STREAM, 1, part);
        client.flood(3, CONTINUATION, 0, 1, part);
      }
      Mesh.eventually(() -> given() > 0);
    } finally {
      for (RawHttp2Client client : clients) {
        client.close();
      }
    }
  }

  private double given() {
    return mesh.meters
        .get("herald_overload_shed")
        .tag("node", "client")
        .tag("what", "head")
        .counter()
        .count();
  }

  private static void assertEndsInTime(RawHttp2Client client) {
    assertThat(client.readGoAway()).isEqualTo(ENHANCE_YOUR_CALM);
  }

  private static void passed(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    Mesh.eventually(() -> System.nanoTime() >= end);
  }
}
