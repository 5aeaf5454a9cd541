package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * While memory is short, a client that takes nothing is cut off although it sends an octet now and
 * then: that is no sign that it will take anything.
 */
@Timeout(60)
class DrippingClientsTest {
  private static final double SAVING = 0.85;

  /** More than all sockets on the way hold. */
  private static final int MUCH = 48_000_000;

  @Test
  void aTunnelIsCutOffAndSaysSo() throws Exception {
    try (RecordingApp app = new RecordingApp();
        Mesh mesh = Mesh.ready(Mesh.Options.DEFAULT.tcp(app.address()));
        RawClient deaf = new RawClient(mesh.outboundPort)) {
      deaf.head("GET /big?" + MUCH + " HTTP/1.1", "Host: server.b");
      Mesh.eventually(() -> app.seen().size() == 1);
      isCutOffAlthoughItSends(mesh, deaf);
    }
  }

  @Test
  void aWebSocketIsCutOffAndSaysSo() throws Exception {
    try (Mesh mesh = Mesh.ready();
        RawClient deaf = mesh.call()) {
      mesh.app.rawAnswer(
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
              + "x".repeat(MUCH));
      deaf.head(
          "GET /raw HTTP/1.1",
          "Host: server.b",
          "Connection: Upgrade",
          "Upgrade: websocket",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
      assertThat(deaf.headOnly()).startsWith("HTTP/1.1 101 ");
      isCutOffAlthoughItSends(mesh, deaf);
    }
  }

  /** Its body never ends, and the service answers all the same. */
  @Test
  void aRequestIsCutOffAndSaysSo() throws Exception {
    try (Mesh mesh = Mesh.ready();
        RawClient deaf = mesh.call()) {
      mesh.app.rawAnswer(
          "HTTP/1.1 200 OK\r\nContent-Length: " + MUCH + "\r\n\r\n" + "x".repeat(MUCH));
      deaf.head("POST /early HTTP/1.1", "Host: server.b", "Content-Length: 1000000").send("x");
      assertThat(deaf.headOnly()).startsWith("HTTP/1.1 200 ");
      isCutOffAlthoughItSends(mesh, deaf);
    }
  }

  private static void isCutOffAlthoughItSends(Mesh mesh, RawClient deaf) {
    mesh.clientMemory.heap(SAVING);
    mesh.clientOverload.look();
    assertThat(mesh.clientOverload.saving()).isTrue();
    Mesh.eventually(
        () -> {
          sendOctet(deaf);
          return stalled(mesh) == 1;
        });
    assertThat(mesh.logged("source").flag()).isEqualTo("overloaded");
  }

  private static void sendOctet(RawClient client) {
    try {
      client.send("x");
    } catch (IOException closed) {
      // cut off, which was counted before
    }
  }

  private static double stalled(Mesh mesh) {
    return mesh.meters
        .get("herald_overload_shed")
        .tag("node", "client")
        .tag("what", "stalled")
        .counter()
        .count();
  }
}
