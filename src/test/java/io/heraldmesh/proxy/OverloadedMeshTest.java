package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.proxy.log.AccessEntry;
import io.heraldmesh.proxy.overload.OverloadLevel;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What two proxies give up when one of them is short of memory, and that all is well afterwards.
 */
class OverloadedMeshTest {
  private static final double SAVING = 0.85;
  private static final double SHEDDING = 0.92;
  private static final double REFUSING = 0.97;

  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    mesh = Mesh.ready();
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  @Test
  void newRequestsAreAnswered503AndTheirConnectionEnds() throws Exception {
    try (RawClient kept = mesh.call()) {
      assertThat(kept.get("/ok", "server.b").status()).isEqualTo(200);
      client(SHEDDING);
      RawClient.Answer answer = kept.get("/ok", "server.b");
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.head().toLowerCase(java.util.Locale.ROOT)).contains("connection: close");
      assertThat(answer.body()).isEqualTo("overloaded");
      assertThat(kept.closed()).isTrue();
    }
    AccessEntry entry = mesh.logged("source");
    assertThat(entry.flag()).isEqualTo("overloaded");
    assertThat(entry.reason().code()).isEqualTo("overloaded");
    assertThat(shed("client", "request")).isEqualTo(1);
    assertThat(mesh.app.seen()).hasSize(1);
    client(0.3);
    works();
  }

  @Test
  void aServerThatShedsIsHeardByTheCaller() throws Exception {
    works();
    server(SHEDDING);
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(503);
    }
    assertThat(mesh.logged("destination").flag()).isEqualTo("overloaded");
    assertThat(mesh.app.seen()).hasSize(1);
    server(0.3);
    works();
  }

  @Test
  void aBodyThatComesWithARequestThatIsShedIsNotAnswered() throws Exception {
    client(SHEDDING);
    try (RawClient client = mesh.call()) {
      client.head("POST /echo HTTP/1.1", "Host: server.b", "Content-Length: 5").send("hello");
      assertThat(client.answer().status()).isEqualTo(503);
      assertThat(client.closed()).isTrue();
    }
    assertThat(mesh.app.seen()).isEmpty();
  }

  @Test
  void http2StreamsAreShedAndTheirConnectionEndsAfterWhatIsUnderWay() throws Exception {
    try (RawHttp2Client client = http2()) {
      client.call(1, false, "POST", "/echo");
      client.frame(RawHttp2Client.DATA, 0, 1, "hello".getBytes(StandardCharsets.US_ASCII));
      Mesh.eventually(() -> mesh.app.connections() == 1);
      client(SHEDDING);
      client.call(3, true, "GET", "/ok");
      List<RawHttp2Client.Frame> frames = until(client, RawHttp2Client.HEADERS, 3);
      assertThat(client.status(frames.getLast())).isEqualTo("503");
      if (frames.stream().noneMatch(frame -> frame.type() == RawHttp2Client.GOAWAY)) {
        frames = until(client, RawHttp2Client.GOAWAY, 0);
      }
      assertThat(lastStream(frames)).as("the last stream that is looked at").isEqualTo(3);
      client.frame(
          RawHttp2Client.DATA,
          RawHttp2Client.END_STREAM,
          1,
          "world".getBytes(StandardCharsets.US_ASCII));
      frames = until(client, RawHttp2Client.HEADERS, 1);
      assertThat(client.status(frames.getLast())).isEqualTo("200");
      client.readGoAway(); // which is when it is closed
    }
    client(0.3);
    works();
  }

  /** Eight at once while memory is short; who has one gets its answer. */
  @Test
  void oneClientOfManyStreamsDoesNotTakeTheRoomOfOthers() throws Exception {
    try (RawHttp2Client greedy = http2();
        RawClient modest = mesh.call()) {
      client(SAVING);
      for (int stream = 1; stream < 2 * 12; stream += 2) {
        greedy.call(stream, true, "GET", "/hang");
      }
      Mesh.eventually(() -> shed("client", "request") == 4);
      assertThat(modest.get("/ok", "server.b").status()).isEqualTo(200);
    }
    assertThat(shed("client", "request")).isEqualTo(4);
  }

  private RawHttp2Client http2() throws Exception {
    return new RawHttp2Client(new Socket(mesh.outbound.getAddress(), mesh.outbound.getPort()));
  }

  private static List<RawHttp2Client.Frame> until(RawHttp2Client client, int type, int stream)
      throws Exception {
    List<RawHttp2Client.Frame> frames = new ArrayList<>();
    do {
      frames.add(client.read());
    } while (frames.getLast().type() != type || frames.getLast().stream() != stream);
    return frames;
  }

  private static int lastStream(List<RawHttp2Client.Frame> frames) {
    return frames.stream()
        .filter(frame -> frame.type() == RawHttp2Client.GOAWAY)
        .findFirst()
        .orElseThrow()
        .payload()
        .getInt(0);
  }

  @Test
  void whatIsUnderWayGoesOnWhileNewRequestsAreShed() throws Exception {
    try (RawClient client = mesh.call()) {
      client.head("POST /echo HTTP/1.1", "Host: server.b", "Content-Length: 10");
      Mesh.eventually(() -> mesh.app.connections() == 1);
      client.send("hello"); // or it would have stood still for as long as the connection took
      client(SHEDDING);
      client.send("world");
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("helloworld");
    }
  }

  @Test
  void newConnectionsAreClosedWhenNextToNothingIsLeft() throws Exception {
    client(REFUSING);
    for (int i = 0; i < 3; i++) {
      try (RawClient client = mesh.call()) {
        assertThat(client.closed()).isTrue();
      }
    }
    assertThat(shed("client", "connection")).isEqualTo(3);
    assertThat(refused("memory")).isEqualTo(3);
    client(0.3);
    works();
  }

  @Test
  void connectionsThatCarryNothingAreClosedFirst() throws Exception {
    try (RawClient idle = mesh.call();
        RawClient silent = mesh.call();
        RawClient slow = mesh.call()) {
      assertThat(idle.get("/ok", "server.b").status()).isEqualTo(200);
      slow.send("GET /ok HTTP/1.1\r\nHost: server.b\r\nX: ");
      client(SAVING);
      assertThat(idle.closed()).isTrue();
      assertThat(silent.closed()).isTrue();
      assertThat(slow.closed()).isTrue();
      works();
    }
    assertThat(shed("client", "idle")).isEqualTo(1);
    assertThat(shed("client", "newcomer")).isEqualTo(1);
    assertThat(shed("client", "head")).isEqualTo(1);
  }

  @Test
  void aHandshakeThatDoesNotGoOnIsGivenUp() throws Exception {
    try (Socket half = new Socket(mesh.inbound.getAddress(), mesh.inbound.getPort())) {
      half.setSoTimeout(10_000);
      half.getOutputStream().write(new byte[] {22, 3, 1, 1, 0, 1, 0, 0});
      server(SAVING);
      assertThat(half.getInputStream().read()).isEqualTo(-1);
    }
    assertThat(shed("server", "newcomer")).isEqualTo(1);
  }

  @Test
  void aRequestWhoseBodyStandsStillIsGivenUp() throws Exception {
    try (RawClient slow = mesh.call()) {
      slow.head("POST /echo HTTP/1.1", "Host: server.b", "Content-Length: 100").send("half");
      Mesh.eventually(() -> mesh.app.connections() == 1);
      client(SAVING);
      assertThat(slow.answer().status()).isEqualTo(503);
    }
    assertThat(shed("client", "stalled")).isEqualTo(1);
    assertThat(mesh.logged("source").flag()).isEqualTo("overloaded");
  }

  /** There is no gRPC in HTTP/1.1, and so no call that may be silent for long. */
  @Test
  void soIsOneThatOnlyCallsItselfGrpc() throws Exception {
    try (RawClient slow = mesh.call()) {
      slow.head(
              "POST /echo HTTP/1.1",
              "Host: server.b",
              "Content-Type: application/grpc",
              "Content-Length: 100")
          .send("half");
      Mesh.eventually(() -> mesh.app.connections() == 1);
      client(SAVING);
      assertThat(slow.answer().status()).isEqualTo(503);
    }
    assertThat(shed("client", "stalled")).isEqualTo(1);
  }

  @Test
  void soIsAGrpcCallWhoseFirstMessageDoesNotCome() throws Exception {
    try (RawHttp2Client slow = http2()) {
      slow.call(false, "POST", "/svc/Call", "content-type", "application/grpc");
      Mesh.eventually(() -> mesh.app.connections() == 1);
      client(SAVING);
      assertThat(slow.fields(slow.readAnswer())).containsEntry("grpc-status", "14");
    }
    assertThat(shed("client", "stalled")).isEqualTo(1);
  }

  /** It may be silent for as long as it likes. */
  @Test
  void aGrpcCallThatHasBegunGoesOn() throws Exception {
    try (RawHttp2Client begun = http2();
        RawClient idle = mesh.call()) {
      begun
          .call(false, "POST", "/svc/Call", "content-type", "application/grpc")
          .frame(RawHttp2Client.DATA, 0, 1, new byte[] {0, 0, 0, 0, 1, 'x'});
      Mesh.eventually(() -> mesh.app.connections() == 1);
      client(SAVING);
      assertThat(idle.closed()).isTrue(); // so a second has passed
      assertThat(shed("client", "stalled")).isZero();
    }
  }

  @Test
  void aResponseThatNobodyReadsIsCutOff() throws Exception {
    try (RawClient reader = mesh.call()) {
      reader.head("GET /big?64000000 HTTP/1.1", "Host: server.b");
      reader.headOnly();
      client(SAVING);
      Mesh.eventually(() -> shed("client", "stalled") == 1);
      assertThat(reader.readAll().length()).isLessThan(64_000_000);
    }
    client(0.3);
    works();
  }

  @Test
  void aTunnelThatNobodyReadsIsCutOffAndSaysSo() throws Exception {
    mesh.close();
    try (EchoApp echo = new EchoApp()) {
      mesh = Mesh.ready(Mesh.Options.DEFAULT.tcp(echo.address()));
      try (RawClient deaf = new RawClient(mesh.outboundPort)) {
        Thread sending = Thread.startVirtualThread(() -> sendUntilClosed(deaf));
        Mesh.eventually(() -> echo.received() > 0);
        client(SAVING);
        Mesh.eventually(() -> shed("client", "stalled") == 1);
        sending.join();
      }
      assertThat(mesh.logged("source").flag()).isEqualTo("overloaded");
    }
  }

  /** A service that thinks for long holds no memory to speak of. */
  @Test
  void aRequestThatOnlyWaitsForItsServiceGoesOn() throws Exception {
    try (RawClient waiting = mesh.call()) {
      waiting.head("GET /hang HTTP/1.1", "Host: server.b");
      Mesh.eventually(() -> mesh.app.seen().size() == 1);
      client(SAVING);
      try (RawClient idle = mesh.call()) {
        assertThat(idle.closed()).isTrue(); // so a second has passed
      }
      assertThat(shed("client", "stalled")).isZero();
    }
  }

  @Test
  void newcomersMakeRoomForEachOther() throws Exception {
    mesh.close();
    mesh = Mesh.ready(Mesh.Options.DEFAULT.limits(Limits.DEFAULTS.with(to -> to.newcomers(10))));
    List<Socket> half = new ArrayList<>();
    try {
      for (int i = 0; i < 30; i++) {
        Socket socket = new Socket(mesh.inbound.getAddress(), mesh.inbound.getPort());
        half.add(socket);
        OutputStream out = socket.getOutputStream();
        out.write(new byte[] {22, 3, 1, 1, 0, 1, 0, 0});
      }
      Mesh.eventually(() -> shed("server", "newcomer") >= 20);
      // whoever proves who it is gets in once the others have had their second
      Mesh.eventually(this::answered);
    } finally {
      for (Socket socket : half) {
        socket.close();
      }
    }
  }

  @Test
  void oneAddressGetsNoMoreThanItsShare() throws Exception {
    mesh.close();
    mesh =
        Mesh.ready(
            Mesh.Options.DEFAULT.limits(Limits.DEFAULTS.with(to -> to.connectionsPerAddress(3))));
    List<Socket> open = new ArrayList<>();
    try {
      for (int i = 0; i < 5; i++) {
        open.add(new Socket(mesh.inbound.getAddress(), mesh.inbound.getPort()));
      }
      Mesh.eventually(() -> refused("b/server", "inbound", "address") == 2);
      assertThat(answered()).isFalse();
      open.removeFirst().close();
      Mesh.eventually(this::answered);
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }

  private static void sendUntilClosed(RawClient client) {
    try {
      while (true) {
        client.send(new byte[64 * 1024]);
      }
    } catch (Exception closed) {
      // cut off
    }
  }

  private void client(double heap) {
    mesh.clientMemory.heap(heap);
    look(mesh.clientOverload, heap);
  }

  private void server(double heap) {
    mesh.serverMemory.heap(heap);
    look(mesh.serverOverload, heap);
  }

  private static void look(io.heraldmesh.proxy.overload.Overload overload, double heap) {
    overload.look();
    assertThat(overload.level() == OverloadLevel.NORMAL).isEqualTo(heap < 0.8);
  }

  private void works() throws Exception {
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
    }
  }

  private boolean answered() {
    try (RawClient client = mesh.call()) {
      return client.get("/ok", "server.b").status() == 200;
    } catch (Exception closed) {
      return false;
    }
  }

  private double shed(String node, String what) {
    return mesh.meters
        .get("herald_overload_shed")
        .tag("node", node)
        .tag("what", what)
        .counter()
        .count();
  }

  private double refused(String reason) {
    return refused("a/client", "outbound", reason);
  }

  private double refused(String workload, String direction, String reason) {
    return mesh
        .meters
        .get("herald_connections_refused_total")
        .tag("workload", workload)
        .tag("direction", direction)
        .tag("reason", reason)
        .counters()
        .stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }
}
