package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import org.junit.jupiter.api.Test;

/** Whom two proxies wait for no longer when one of them gets short of memory. */
class ImpatientMeshTest extends ShortMesh {
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

  private static void sendUntilClosed(RawClient client) {
    try {
      while (true) {
        client.send(new byte[64 * 1024]);
      }
    } catch (Exception closed) {
      // cut off
    }
  }
}
