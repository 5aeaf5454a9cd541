package io.heraldmesh.proxy;

import static io.heraldmesh.proxy.RawHttp2Client.RST_STREAM;
import static io.heraldmesh.proxy.RawHttp2Client.SETTINGS;
import static io.heraldmesh.proxy.RawHttp2Client.WINDOW_UPDATE;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.proxy.log.AccessEntry;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Streams that share a connection between two proxies: of an answer that its client does not take,
 * each proxy holds a bounded part, and the others have their answers meanwhile.
 */
@Timeout(120)
class SharedStreamsMemoryTest {
  private static final String SHARED = "{connectionPool: {http: {h2UpgradePolicy: UPGRADE}}}";
  private static final int LARGE = 32 * 1024 * 1024;
  private static final int SMALL = 100_000;

  /** Of Mesh; each has connections of its own. */
  private static final int EVENT_LOOPS = 2;

  /** At the client's proxy: what comes from the other at a time. */
  private static final long MOST_AT_CLIENT = 64 * 1024;

  /** At the server's: that, and what the window of the stream has let through already. */
  private static final long MOST_AT_SERVER = 2 * 64 * 1024;

  private Mesh mesh;
  private Wire wire;

  @BeforeEach
  void start() throws Exception {
    mesh = Mesh.ready();
    wire = new Wire(mesh.inbound);
    new Ruled(mesh)
        .by(SHARED, Protocol.HTTP, new Endpoint("127.0.0.1", wire.address().getPort(), true));
  }

  @AfterEach
  void stop() throws Exception {
    wire.close();
    mesh.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 40})
  void ofWhatIsNotTakenEachProxyHoldsLittle(int streams) throws Exception {
    try (RawHttp2Client slow = stalled(streams)) {
      othersAreServed(slow);
      for (int i = 0; i < streams; i++) {
        slow.frame(RST_STREAM, 0, stream(i), new byte[] {0, 0, 0, 8});
      }
      Mesh.eventually(() -> taken("destination").count() == streams);
      Mesh.eventually(() -> taken("source").count() == streams);
    }
    assertThat(taken("source")).allMatch(bytes -> bytes <= MOST_AT_CLIENT);
    assertThat(taken("destination")).allMatch(bytes -> bytes <= MOST_AT_SERVER);
  }

  @Test
  void whatWasHeldIsDeliveredWhenItsClientTakesIt() throws Exception {
    try (RawHttp2Client slow = stalled(1)) {
      othersAreServed(slow);
      slow.frame(WINDOW_UPDATE, 0, stream(0), ByteBuffer.allocate(4).putInt(LARGE).array());
      assertThat(slow.text(LARGE)).hasSize(LARGE);
    }
  }

  /** On the very connection of the slow ones, and from other clients. */
  private void othersAreServed(RawHttp2Client slow) throws Exception {
    for (int i = 0; i < 10; i++) {
      slow.call(1001 + 2 * i, true, "GET", "/ok");
      assertThat(slow.status(slow.readAnswer())).isEqualTo("200");
    }
    List<RawHttp2Client> quick = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      quick.add(client(Integer.MAX_VALUE));
    }
    for (int round = 0; round < 20; round++) {
      for (RawHttp2Client client : quick) {
        client.call(stream(round), true, "GET", "/big?" + SMALL);
        assertThat(client.text(SMALL)).hasSize(SMALL);
      }
    }
    for (RawHttp2Client client : quick) {
      client.close();
    }
    assertThat(wire.open()).as("all of them share").isLessThanOrEqualTo(EVENT_LOOPS);
  }

  /** A client that asks for much on each of its streams and opens no window for it. */
  private RawHttp2Client stalled(int streams) throws Exception {
    RawHttp2Client client = client(0);
    for (int i = 0; i < streams; i++) {
      client.call(stream(i), true, "GET", "/big?" + LARGE);
      assertThat(client.status(client.readAnswer())).isEqualTo("200");
    }
    return client;
  }

  /** A client whose streams begin with such a window. */
  private RawHttp2Client client(int window) throws Exception {
    RawHttp2Client client =
        new RawHttp2Client(new Socket(mesh.outbound.getAddress(), mesh.outbound.getPort()));
    return client
        .frame(SETTINGS, 0, 0, ByteBuffer.allocate(6).putShort((short) 4).putInt(window).array())
        .frame(WINDOW_UPDATE, 0, 0, ByteBuffer.allocate(4).putInt(1 << 30).array());
  }

  private static int stream(int number) {
    return 2 * number + 1;
  }

  /** What a proxy took of the large answers, in octets. */
  private Stream<Long> taken(String reporter) {
    return mesh.log.stream()
        .filter(e -> e.reporter().equals(reporter) && "/big".equals(e.path()))
        .filter(e -> e.bytesOut() != SMALL)
        .map(AccessEntry::bytesOut);
  }
}
