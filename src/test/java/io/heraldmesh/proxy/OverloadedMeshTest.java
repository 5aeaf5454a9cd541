package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.proxy.log.AccessEntry;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What two proxies shed and refuse when one of them is short of memory, and that all is well
 * afterwards.
 */
class OverloadedMeshTest extends ShortMesh {
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
