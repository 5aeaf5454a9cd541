package io.heraldmesh.proxy;

import static io.heraldmesh.proxy.RawHttp2Client.CONTINUATION;
import static io.heraldmesh.proxy.RawHttp2Client.DATA;
import static io.heraldmesh.proxy.RawHttp2Client.END_HEADERS;
import static io.heraldmesh.proxy.RawHttp2Client.END_STREAM;
import static io.heraldmesh.proxy.RawHttp2Client.GOAWAY;
import static io.heraldmesh.proxy.RawHttp2Client.HEADERS;
import static io.heraldmesh.proxy.RawHttp2Client.PING;
import static io.heraldmesh.proxy.RawHttp2Client.PRIORITY;
import static io.heraldmesh.proxy.RawHttp2Client.RST_STREAM;
import static io.heraldmesh.proxy.RawHttp2Client.SETTINGS;
import static io.heraldmesh.proxy.RawHttp2Client.WINDOW_UPDATE;
import static io.heraldmesh.proxy.RawHttp2Client.block;
import static io.heraldmesh.proxy.RawHttp2Client.frameBytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.proxy.http2.FrameBudget;
import io.heraldmesh.proxy.log.AccessEntry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A server that sends frames without end costs a bounded amount of work: its connection is closed,
 * what was under way on it is 502, and the next request is served on another one.
 */
@Timeout(60)
class HostileHttp2ServersTest {
  private static final int REFUSED_STREAM = 7;
  private static final int MANY = 1_000;

  private Mesh mesh;
  private HostileHttp2Server server;

  /** Whose proxy meets the server. */
  enum Side {
    INBOUND("destination"),
    OUTBOUND("source");

    private final String reporter;

    Side(String reporter) {
      this.reporter = reporter;
    }
  }

  @BeforeEach
  void start() throws Exception {
    server = new HostileHttp2Server();
    mesh = Mesh.ready(Mesh.Options.DEFAULT.protocol(Protocol.HTTP2).service(server.address()));
    // the client's proxy calls it itself, without a proxy of its own
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

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("floods")
  void framesThatCarryNothingEndTheConnection(Side side, String what, byte[] frame)
      throws Exception {
    byte[] many = times(MANY, frame);
    server.play(
        connection -> {
          connection.send(settings());
          // the first is answered, so that there is a stream that was
          connection.send(BadHttp2Service.ok(connection.request()));
          connection.request();
          connection.flood(many);
        });
    try (RawClient client = connect(side)) {
      assertThat(client.get("/first", "server.b").status()).isEqualTo(200);
      RawClient.Answer answer = client.get("/second", "server.b");
      assertThat(answer.status()).as(answer.head()).isEqualTo(502);
    }
    assertThat(logged(side, "/second").flag()).isEqualTo("upstream_bad_response");
    assertThat(logged(side, "/second").reason().detail())
        .contains("too many frames that carry nothing");
    Mesh.eventually(() -> server.open() == 0);
    assertServed(side);
  }

  static Stream<Arguments> floods() {
    return Stream.of(
            Arguments.of("SETTINGS", frameBytes(SETTINGS, 0, 0, new byte[0])),
            Arguments.of("PING", frameBytes(PING, 0, 0, new byte[8])),
            Arguments.of("PRIORITY", frameBytes(PRIORITY, 0, 3, new byte[] {0, 0, 0, 0, 1})),
            Arguments.of("WINDOW_UPDATE", frameBytes(WINDOW_UPDATE, 0, 0, new byte[] {0, 0, 0, 1})),
            Arguments.of(
                "WINDOW_UPDATE of a stream",
                frameBytes(WINDOW_UPDATE, 0, 3, new byte[] {0, 0, 0, 1})),
            Arguments.of("frames of no type", frameBytes(0x77, 0, 0, new byte[4])),
            Arguments.of("RST_STREAM of what is over", frameBytes(RST_STREAM, 0, 1, new byte[4])),
            Arguments.of("empty DATA of what is over", frameBytes(DATA, 0, 1, new byte[0])),
            Arguments.of(
                "HEADERS of what is over", frameBytes(HEADERS, END_HEADERS, 1, block("x", "y"))))
        .flatMap(
            row ->
                Arrays.stream(Side.values())
                    .map(side -> Arguments.of(side, row.get()[0], row.get()[1])));
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void emptyDataOfAnAnswerEndsTheConnection(Side side) throws Exception {
    server.play(
        connection -> {
          connection.send(settings());
          int stream = connection.request();
          connection.send(frameBytes(HEADERS, END_HEADERS, stream, block(":status", "200")));
          connection.flood(times(MANY, frameBytes(DATA, 0, stream, new byte[0])));
        });
    try (RawClient client = connect(side)) {
      client.head("GET /x HTTP/1.1", "Host: server.b");
      // it may have begun, but it never ends as if it were whole
      assertThat(client.readAll()).doesNotEndWith("\r\n0\r\n\r\n");
    }
    Mesh.eventually(() -> server.open() == 0);
    assertServed(side);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void aHeadThatGoesOnWithoutAByteEndsTheConnection(Side side) throws Exception {
    server.play(
        connection -> {
          connection.send(settings());
          int stream = connection.request();
          connection.send(frameBytes(HEADERS, 0, stream, block(":status", "200")));
          connection.flood(times(MANY, frameBytes(CONTINUATION, 0, stream, new byte[0])));
        });
    assertBad(side);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void interimAnswersWithoutEndAreNoAnswer(Side side) throws Exception {
    server.play(
        connection -> {
          connection.send(settings());
          int stream = connection.request();
          connection.flood(
              times(MANY, frameBytes(HEADERS, END_HEADERS, stream, block(":status", "103"))));
        });
    try (RawClient client = connect(side)) {
      client.head("GET /x HTTP/1.1", "Host: server.b", "Connection: close");
      assertThat(client.readAll()).contains("HTTP/1.1 502 ").doesNotContain("HTTP/1.1 200");
    }
    Mesh.eventually(() -> server.open() == 0);
    assertServed(side);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void noMoreIsAnsweredThanTheBudgetAllows(Side side) throws Exception {
    AtomicInteger acknowledged = new AtomicInteger();
    server.play(
        connection -> {
          connection.send(settings());
          connection.request();
          Thread.startVirtualThread(() -> count(connection, acknowledged));
          connection.flood(times(100, frameBytes(PING, 0, 0, new byte[8])));
        });
    long before = usedByBuffers();
    assertBad(side);
    assertThat(acknowledged.get()).isLessThan(2 * FrameBudget.MOST);
    assertThat(usedByBuffers() - before).isLessThan(32 * 1024 * 1024);
  }

  /** Every answer waits behind what the server does not take. */
  @ParameterizedTest
  @EnumSource(Side.class)
  void aServerThatFloodsAndTakesNothingIsCutOffAllTheSame(Side side) throws Exception {
    server.play(
        connection -> {
          connection.send(frameBytes(SETTINGS, 0, 0, new byte[] {0, 4, 0x7f, -1, -1, -1}));
          connection.send(frameBytes(WINDOW_UPDATE, 0, 0, new byte[] {0x70, 0, 0, 0}));
          connection.request();
          connection.flood(times(MANY, frameBytes(PING, 0, 0, new byte[8])));
        });
    try (RawClient client = connect(side)) {
      client.head("POST /x HTTP/1.1", "Host: server.b", "Content-Length: 90000000");
      Thread.startVirtualThread(() -> fill(client));
      Mesh.eventually(() -> server.connections() > 0 && server.open() == 0);
    }
    assertServed(side);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void everyRequestOnTheConnectionIs502(Side side) throws Exception {
    server.play(
        connection -> {
          connection.send(settings());
          connection.request();
          connection.request();
          connection.flood(times(MANY, frameBytes(PING, 0, 0, new byte[8])));
        });
    try (RawHttp2Client client = http2(side)) {
      client.call(1, true, "GET", "/x").call(3, true, "GET", "/y");
      assertThat(client.status(client.readAnswer())).isEqualTo("502");
      assertThat(client.status(client.readAnswer())).isEqualTo("502");
      server.play(HostileHttp2Server::answer);
      client.call(5, true, "GET", "/z");
      assertThat(client.status(client.readAnswer())).isEqualTo("200");
    }
    assertThat(server.connections()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void aServerThatResetsEveryStreamIsAskedThreeTimesAndNoMore(Side side) throws Exception {
    AtomicInteger asked = new AtomicInteger();
    server.play(
        connection -> {
          connection.send(settings());
          while (true) {
            int stream = connection.request();
            asked.incrementAndGet();
            connection.send(
                frameBytes(RST_STREAM, 0, stream, new byte[] {0, 0, 0, REFUSED_STREAM}));
          }
        });
    try (RawClient client = connect(side)) {
      for (int i = 1; i <= 20; i++) {
        assertThat(client.get("/x", "server.b").status()).isEqualTo(503);
        assertThat(asked.get()).isEqualTo(3 * i);
      }
    }
    assertThat(server.connections()).isEqualTo(1);
  }

  /** As servers do that have answered before they have read all. */
  @ParameterizedTest
  @EnumSource(Side.class)
  void anHonestServerIsNotTakenForAFlood(Side side) throws Exception {
    server.play(
        connection -> {
          connection.send(settings());
          while (true) {
            int stream = connection.request();
            connection.send(frameBytes(HEADERS, END_HEADERS, stream, block(":status", "103")));
            connection.send(frameBytes(HEADERS, END_HEADERS, stream, block(":status", "200")));
            connection.send(
                frameBytes(HEADERS, END_HEADERS | END_STREAM, stream, block("x", "trailer")));
            connection.send(frameBytes(RST_STREAM, 0, stream, new byte[4]));
          }
        });
    try (RawHttp2Client client = http2(side)) {
      for (int i = 0; i < 2 * FrameBudget.MOST; i++) {
        client.call(2 * i + 1, true, "GET", "/x");
        awaitEnd(client, 2 * i + 1);
      }
    }
    assertThat(server.connections()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void aServerThatTakesNoStreamsKeepsNoConnections(Side side) throws Exception {
    server.play(
        connection -> {
          connection.send(frameBytes(SETTINGS, 0, 0, new byte[] {0, 3, 0, 0, 0, 0}));
          while (true) {
            connection.send(BadHttp2Service.ok(connection.request()));
          }
        });
    try (RawClient client = connect(side)) {
      for (int i = 0; i < 20; i++) {
        client.get("/x", "server.b");
      }
    }
    Mesh.eventually(() -> server.open() == 0);
  }

  private void assertBad(Side side) throws Exception {
    try (RawClient client = connect(side)) {
      RawClient.Answer answer = client.get("/x", "server.b");
      assertThat(answer.status()).as(answer.head()).isEqualTo(502);
    }
    assertThat(logged(side, "/x").flag()).isEqualTo("upstream_bad_response");
    Mesh.eventually(() -> server.open() == 0);
    assertServed(side);
  }

  private void assertServed(Side side) throws Exception {
    server.play(HostileHttp2Server::answer);
    try (RawClient client = connect(side)) {
      assertThat(client.get("/good", "server.b").status()).isEqualTo(200);
    }
  }

  private AccessEntry logged(Side side, String path) {
    Mesh.eventually(() -> entries(side, path).findFirst().isPresent());
    return entries(side, path).findFirst().orElseThrow();
  }

  private Stream<AccessEntry> entries(Side side, String path) {
    return mesh.log.stream()
        .filter(e -> e.reporter().equals(side.reporter) && path.equals(e.path()));
  }

  private RawClient connect(Side side) throws Exception {
    return side == Side.INBOUND
        ? mesh.meshClient(mesh.authority.issue(Mesh.CLIENT_ID), "istio-http/1.1", "http/1.1")
        : mesh.call();
  }

  private RawHttp2Client http2(Side side) throws Exception {
    return new RawHttp2Client(
        side == Side.INBOUND
            ? mesh.tlsSocket(mesh.authority.issue(Mesh.CLIENT_ID), "istio-h2", "h2")
            : new java.net.Socket(mesh.outbound.getAddress(), mesh.outbound.getPort()));
  }

  /** Reads until {@code stream} has ended, which must be by its trailers. */
  private static void awaitEnd(RawHttp2Client client, int stream) throws IOException {
    while (true) {
      RawHttp2Client.Frame frame = client.read();
      assertThat(frame.type()).isNotIn(RST_STREAM, GOAWAY);
      if (frame.stream() == stream && (frame.flags() & END_STREAM) != 0) {
        return;
      }
    }
  }

  private static void count(HostileHttp2Server.Connection connection, AtomicInteger pings) {
    try {
      while (true) {
        if (connection.read().type() == PING) {
          pings.incrementAndGet();
        }
      }
    } catch (IOException ended) {
      // counted
    }
  }

  private static void fill(RawClient client) {
    try {
      for (int i = 0; i < 9_000; i++) {
        client.send("x".repeat(10_000));
      }
    } catch (IOException ended) {
      // as it should be
    }
  }

  private static byte[] settings() {
    return frameBytes(SETTINGS, 0, 0, new byte[0]);
  }

  private static byte[] times(int times, byte[] frame) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < times; i++) {
      all.writeBytes(frame);
    }
    return all.toByteArray();
  }

  private static long usedByBuffers() {
    return new io.netty.channel.embedded.EmbeddedChannel().config().getAllocator()
            instanceof io.netty.buffer.ByteBufAllocatorMetricProvider p
        ? p.metric().usedDirectMemory() + p.metric().usedHeapMemory()
        : 0;
  }
}
