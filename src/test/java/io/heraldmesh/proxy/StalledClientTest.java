package io.heraldmesh.proxy;

import static io.heraldmesh.proxy.RawHttp2Client.RST_STREAM;
import static io.heraldmesh.proxy.RawHttp2Client.SETTINGS;
import static io.heraldmesh.proxy.RawHttp2Client.WINDOW_UPDATE;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.proxy.log.AccessEntry;
import java.net.Socket;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A client that asks for much and takes nothing costs a bounded amount of memory, for a bounded
 * time, and nobody else waits for it (CVE-2019-9511, CVE-2019-9517).
 */
@Timeout(60)
class StalledClientTest {
  private static final int STREAMS = 90;

  /** No more than what comes from the service at a time, since the client takes none. */
  private static final long MOST_BYTES = 64 * 1024;

  private Mesh mesh;

  /** Where the client comes in. */
  enum Side {
    INBOUND,
    OUTBOUND
  }

  @BeforeEach
  void start() throws Exception {
    mesh =
        Mesh.ready(
            Mesh.Options.DEFAULT.limits(
                Limits.DEFAULTS.with(to -> to.idle(Duration.ofSeconds(3)))));
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void streamsWithoutAWindowAreResetAndLittleIsKeptForThem(Side side) throws Exception {
    try (RawHttp2Client client = new RawHttp2Client(connect(side, "istio-h2", "h2"))) {
      client.frame(SETTINGS, 0, 0, new byte[] {0, 4, 0, 0, 0, 0});
      for (int i = 0; i < STREAMS; i++) {
        client.call(2 * i + 1, true, "GET", "/big?1048576");
      }
      try (RawClient good = new RawClient(connect(side, "istio-http/1.1", "http/1.1"))) {
        assertThat(good.get("/ok", "server.b").status()).isEqualTo(200);
      }
      try (RawHttp2Client good = new RawHttp2Client(connect(side, "istio-h2", "h2"))) {
        good.call(true, "GET", "/ok");
        assertThat(good.status(good.readAnswer())).isEqualTo("200");
        assertThat(good.text(2)).isEqualTo("ok");
      }
      assertThat(mesh.log).as("others waited").noneMatch(e -> e.flag().equals("idle"));
      awaitResets(client);
      assertThat(bytesTaken(side)).allMatch(bytes -> bytes < MOST_BYTES);
    }
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void wholeAnswersThatAreNotTakenAreGivenUpAndTheirConnectionIsClosed(Side side) throws Exception {
    try (RawHttp2Client client = new RawHttp2Client(connect(side, "istio-h2", "h2"))) {
      askForWholeAnswers(client);
      awaitResets(client);
      assertThat(client.readGoAway()).as("idle").isZero();
    }
  }

  @Test
  void whereMemoryIsShortTheyAreGivenUpAtOnce() throws Exception {
    mesh.close();
    mesh = Mesh.ready();
    try (RawHttp2Client client = new RawHttp2Client(connect(Side.INBOUND, "istio-h2", "h2"))) {
      askForWholeAnswers(client);
      Mesh.eventually(() -> entries(Side.INBOUND).count() == STREAMS);
      mesh.serverMemory.heap(0.85);
      mesh.serverOverload.look();
      awaitResets(client);
    }
    assertThat(
            mesh.meters
                .get("herald_overload_shed")
                .tag("node", "server")
                .tag("what", "stalled")
                .counter()
                .count())
        .isEqualTo(STREAMS);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void anHttp2ConnectionThatIsNotReadIsClosed(Side side) throws Exception {
    try (RawHttp2Client client = new RawHttp2Client(connect(side, "istio-h2", "h2"))) {
      client.frame(SETTINGS, 0, 0, new byte[] {0, 4, 0x7f, -1, -1, -1});
      client.frame(WINDOW_UPDATE, 0, 0, new byte[] {0x7f, 0, 0, 0});
      client.call(true, "GET", "/big?90000000");
      DataPath node = side == Side.INBOUND ? mesh.server : mesh.client;
      Mesh.eventually(() -> node.openConnections() == 1);
      Mesh.eventually(() -> node.openConnections() == 0);
    }
  }

  /** The service is done with each, and the client gives no room for any. */
  private static void askForWholeAnswers(RawHttp2Client client) throws Exception {
    client.frame(SETTINGS, 0, 0, new byte[] {0, 4, 0, 0, 0, 0});
    for (int i = 0; i < STREAMS; i++) {
      client.call(2 * i + 1, true, "GET", "/ok");
    }
  }

  /** Of every stream, while the connection goes on. */
  private static void awaitResets(RawHttp2Client client) throws Exception {
    Set<Integer> reset = new HashSet<>();
    while (reset.size() < STREAMS) {
      RawHttp2Client.Frame frame = client.readAnswer();
      assertThat(frame.type()).isNotEqualTo(RawHttp2Client.GOAWAY);
      if (frame.type() == RST_STREAM) {
        reset.add(frame.stream());
      }
    }
  }

  private Stream<AccessEntry> entries(Side side) {
    String reporter = side == Side.INBOUND ? "destination" : "source";
    return mesh.log.stream().filter(e -> e.reporter().equals(reporter));
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void aConnectionThatIsNotReadIsClosed(Side side) throws Exception {
    try (RawClient client = new RawClient(connect(side, "istio-http/1.1", "http/1.1"))) {
      client.head("GET /big?90000000 HTTP/1.1", "Host: server.b");
      DataPath node = side == Side.INBOUND ? mesh.server : mesh.client;
      Mesh.eventually(() -> node.openConnections() == 1);
      Mesh.eventually(() -> node.openConnections() == 0);
    }
  }

  /** What the proxy took from the service for clients that took none of it. */
  private List<Long> bytesTaken(Side side) {
    Mesh.eventually(() -> entries(side).count() > STREAMS + 1);
    List<AccessEntry> stalled = entries(side).filter(e -> "/big".equals(e.path())).toList();
    assertThat(stalled).hasSize(STREAMS);
    assertThat(mesh.log)
        .filteredOn(e -> e.flag().equals("idle"))
        .isNotEmpty()
        .allMatch(e -> e.reason().code().equals("idle"), "says why");
    return stalled.stream().map(AccessEntry::bytesOut).toList();
  }

  private Socket connect(Side side, String... alpn) throws Exception {
    return side == Side.INBOUND
        ? mesh.tlsSocket(mesh.authority.issue(Mesh.CLIENT_ID), alpn)
        : new Socket(mesh.outbound.getAddress(), mesh.outbound.getPort());
  }
}
