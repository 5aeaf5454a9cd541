package io.heraldmesh.proxy;

import static io.heraldmesh.proxy.RawHttp2Client.DATA;
import static io.heraldmesh.proxy.RawHttp2Client.END_STREAM;
import static io.heraldmesh.proxy.RawHttp2Client.GOAWAY;
import static io.heraldmesh.proxy.RawHttp2Client.HEADERS;
import static io.heraldmesh.proxy.RawHttp2Client.RST_STREAM;
import static io.heraldmesh.proxy.RawHttp2Client.frameBytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.Protocol;
import io.vertx.core.Future;
import java.io.EOFException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A node that drains says so by GOAWAY, to its clients and to the servers it calls: to clients
 * twice, so that what is on its way is served. Streams that are open end with their answers, and
 * what is left is closed at the deadline.
 *
 * <p>Source: RFC 9113 section 6.8.
 */
@Timeout(60)
class DrainedStreamsTest {
  private Mesh mesh;

  /** Where the client comes in, and which node drains. */
  enum Side {
    INBOUND,
    OUTBOUND
  }

  @BeforeEach
  void start() throws Exception {
    mesh = Mesh.ready();
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void anOpenStreamEndsWithItsAnswerAndItsConnectionAfterIt(Side side) throws Exception {
    try (RawHttp2Client client = connect(side)) {
      client.call(1, false, "POST", "/echo", "content-length", "4").frame(DATA, 0, 1, bytes("ab"));
      Mesh.eventually(() -> mesh.app.connections() == 1);
      Future<Void> drained = node(side).drain(Duration.ofSeconds(30));
      assertThat(lastStream(client.readAnswer())).isEqualTo(Integer.MAX_VALUE);
      client.call(3, true, "POST", "/on-its-way");
      RawHttp2Client.Frame answer = client.readAnswer();
      assertThat(answer.stream()).isEqualTo(3);
      assertThat(client.fields(answer)).containsEntry(":status", "200");
      assertThat(lastStream(client.readAnswer())).isEqualTo(3);
      client.call(5, true, "POST", "/late");
      client.frame(DATA, END_STREAM, 1, bytes("cd"));
      answer = client.readAnswer();
      if (answer.type() == RST_STREAM) {
        assertThat(answer.stream()).as("a late request may be refused in words").isEqualTo(5);
        answer = client.readAnswer();
      }
      assertThat(client.fields(answer)).containsEntry(":status", "200");
      assertThat(client.text(4)).isEqualTo("abcd");
      assertThatThrownBy(
              () -> {
                while (true) {
                  assertThat(client.read().type()).isNotEqualTo(HEADERS);
                }
              })
          .isInstanceOf(EOFException.class);
      Mesh.await(drained);
    }
    assertThat(mesh.app.seen()).hasSize(2).noneMatch(seen -> seen.line().contains("late"));
  }

  /** The last stream that is served. */
  private static int lastStream(RawHttp2Client.Frame goAway) {
    assertThat(goAway.type()).isEqualTo(GOAWAY);
    assertThat(goAway.error()).isZero();
    return goAway.payload().getInt(0);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void aRequestOnItsWayToAnIdleConnectionIsServed(Side side) throws Exception {
    try (RawHttp2Client client = connect(side)) {
      client.call(1, true, "GET", "/ok");
      assertThat(client.fields(client.readAnswer())).containsEntry(":status", "200");
      Future<Void> drained = node(side).drain(Duration.ofSeconds(30));
      assertThat(lastStream(client.readAnswer())).isEqualTo(Integer.MAX_VALUE);
      for (int stream : List.of(3, 5)) {
        client.call(stream, true, "POST", "/on-its-way");
        assertThat(client.fields(client.readAnswer())).containsEntry(":status", "200");
      }
      assertThat(lastStream(client.readAnswer())).isEqualTo(5);
      Mesh.await(drained);
    }
  }

  /** As a client it begins nothing more on the connection, and closes it once that is free. */
  @Test
  void anotherProxySendsNothingMoreAfterTheFirstWord() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    try (BadHttp2Service service = new BadHttp2Service()) {
      service.script(
          (connection, frame) -> {
            if (frame.type() != HEADERS) {
              return new byte[0];
            }
            asked.incrementAndGet();
            byte[] answer = BadHttp2Service.ok(frame.stream());
            return connection == 1 ? join(goAway(Integer.MAX_VALUE), answer) : answer;
          });
      mesh.close();
      mesh = Mesh.ready(Mesh.Options.DEFAULT.protocol(Protocol.HTTP2));
      new Ruled(mesh)
          .by("{loadBalancer: {simple: LEAST_REQUEST}}", Ruled.plain(service.address().port()));
      try (RawHttp2Client client = connect(Side.OUTBOUND)) {
        client.call(1, true, "GET", "/x");
        assertThat(client.fields(client.readAnswer())).containsEntry(":status", "200");
        client.call(3, true, "POST", "/x");
        assertThat(client.fields(client.readAnswer())).containsEntry(":status", "200");
      }
      assertThat(asked).hasValue(2);
      assertThat(service.connections()).isEqualTo(2);
    }
  }

  private static byte[] goAway(int last) {
    return frameBytes(GOAWAY, 0, 0, ByteBuffer.allocate(8).putInt(last).putInt(0).array());
  }

  private static byte[] join(byte[] first, byte[] second) {
    return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
  }

  @Test
  void aNewConnectionHasItsFirstAnswer() throws Exception {
    try (Socket fresh = new Socket(mesh.outbound.getAddress(), mesh.outbound.getPort());
        RawHttp2Client idle = connect(Side.OUTBOUND)) {
      Mesh.eventually(() -> mesh.client.openConnections() == 2);
      Future<Void> drained = mesh.client.drain(Duration.ofSeconds(30));
      assertThat(lastStream(idle.readAnswer())).isEqualTo(Integer.MAX_VALUE);
      try (RawHttp2Client client = new RawHttp2Client(fresh)) {
        client.call(true, "GET", "/ok");
        assertThat(lastStream(client.readAnswer())).isEqualTo(1);
        assertThat(client.fields(client.readAnswer())).containsEntry(":status", "200");
      }
      Mesh.await(drained);
    }
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void aStreamThatDoesNotEndIsCutOffAtTheDeadline(Side side) throws Exception {
    try (RawHttp2Client client = connect(side)) {
      client.call(true, "GET", "/hang");
      Mesh.eventually(() -> !mesh.app.seen().isEmpty());
      Mesh.await(node(side).drain(Duration.ofMillis(300)));
      assertThat(client.readGoAway()).isZero();
    }
    assertThat(node(side).openConnections()).isZero();
  }

  @Test
  void aServerThatIsCalledHearsItAfterItsLastAnswer() throws Exception {
    BlockingQueue<RawHttp2Client.Frame> frames = new LinkedBlockingQueue<>();
    try (BadHttp2Service service = new BadHttp2Service()) {
      service.script(
          (connection, frame) -> {
            frames.add(frame);
            boolean whole = (frame.flags() & END_STREAM) != 0;
            return frame.type() == DATA && whole ? BadHttp2Service.ok(frame.stream()) : new byte[0];
          });
      mesh.close();
      mesh = Mesh.ready(Mesh.Options.DEFAULT.protocol(Protocol.HTTP2));
      mesh.destinations(
          List.of(
              mesh.destination(
                  "server",
                  Set.of(),
                  List.of(new Endpoint("127.0.0.1", service.address().port(), false)))));
      try (RawHttp2Client client = connect(Side.OUTBOUND)) {
        client.call(false, "POST", "/x");
        next(frames, HEADERS);
        Future<Void> drained = mesh.client.drain(Duration.ofSeconds(30));
        assertThat(client.readAnswer().type()).isEqualTo(GOAWAY);
        client.frame(DATA, END_STREAM, 1, bytes("ab"));
        assertThat(client.fields(client.readAnswer())).containsEntry(":status", "200");
        Mesh.await(drained);
      }
      assertThat(next(frames, DATA).payload().readableBytes()).isEqualTo(2);
      assertThat(next(frames, GOAWAY).error()).isZero();
    }
  }

  private static RawHttp2Client.Frame next(BlockingQueue<RawHttp2Client.Frame> frames, int type)
      throws InterruptedException {
    while (true) {
      RawHttp2Client.Frame frame = frames.poll(10, TimeUnit.SECONDS);
      if (frame == null) {
        throw new AssertionError("no frame of type " + type + " in 10 s");
      }
      if (frame.type() == type) {
        return frame;
      }
    }
  }

  private DataPath node(Side side) {
    return side == Side.INBOUND ? mesh.server : mesh.client;
  }

  private RawHttp2Client connect(Side side) throws Exception {
    return new RawHttp2Client(
        side == Side.INBOUND
            ? mesh.tlsSocket(mesh.authority.issue(Mesh.CLIENT_ID), "istio-h2", "h2")
            : new Socket(mesh.outbound.getAddress(), mesh.outbound.getPort()));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
