package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.AuthorizationPolicy;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.proxy.log.AccessEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bytes from a client, through both proxies and mutual TLS, to the service and back. */
class TcpPathTest {
  private EchoApp app;
  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    app = new EchoApp();
    mesh = Mesh.ready(Mesh.Options.DEFAULT.tcp(app.address()));
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
    app.close();
  }

  @Test
  void bytesPassAsTheyAre() throws Exception {
    try (RawClient client = new RawClient(mesh.outboundPort)) {
      client.send("\u0000\u00ffhello");
      assertThat(client.read(7))
          .isEqualTo("\u0000\u00ffhello".getBytes(StandardCharsets.ISO_8859_1));
    }
    AccessEntry entry = mesh.logged("destination");
    assertThat(entry.protocol()).isEqualTo("tcp");
    assertThat(entry.principal()).isEqualTo("mesh.test/ns/a/sa/client");
    assertThat(entry.bytesIn()).isEqualTo(7);
    assertThat(entry.bytesOut()).isGreaterThanOrEqualTo(7);
    assertThat(mesh.meters.find("istio_tcp_connections_opened_total").counters()).isNotEmpty();
  }

  @Test
  void oneDirectionMayEndBeforeTheOther() throws Exception {
    try (RawClient client = new RawClient(mesh.outboundPort)) {
      client.send("ping");
      client.finishOutput();
      assertThat(client.readAll()).isEqualTo("pingbye");
    }
  }

  /** Wherever on the way it is when both directions have ended. */
  @Test
  void whatWasSentBeforeTheEndArrives() throws Exception {
    int step = 96 * 1024;
    try (ServerSocket service = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Mesh other =
            Mesh.ready(
                Mesh.Options.DEFAULT.tcp(new HostPort("127.0.0.1", service.getLocalPort())))) {
      other.policy(MtlsMode.PERMISSIVE);
      for (int size = step; size < 60 * step; size += step) {
        byte[] answer = new byte[size];
        try (Socket slow = new Socket()) {
          slow.setReceiveBufferSize(4096);
          slow.connect(other.inbound);
          slow.getOutputStream().write('x');
          try (Socket called = service.accept()) {
            Thread sending = Thread.startVirtualThread(() -> sendAll(called, answer));
            boolean sent = sending.join(Duration.ofMillis(500));
            slow.shutdownOutput();
            assertThat(slow.getInputStream().readAllBytes()).as("of %d", size).hasSize(size);
            sending.join();
            if (!sent) {
              break; // more than fits on the way
            }
          }
        }
      }
    }
  }

  private static void sendAll(Socket to, byte[] answer) {
    try {
      to.getOutputStream().write(answer);
      to.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aSlowReaderSlowsTheSenderDown() throws Exception {
    byte[] block = new byte[1024 * 1024];
    Arrays.fill(block, (byte) 'z');
    int blocks = 64;
    try (RawClient client = new RawClient(mesh.outboundPort)) {
      Thread sender =
          Thread.startVirtualThread(
              () -> {
                try {
                  for (int i = 0; i < blocks; i++) {
                    client.send(block);
                  }
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      // nobody reads: what is on its way fills the buffers and then stands still
      long[] seen = {-1};
      Mesh.eventually(
          () -> {
            long now = app.received();
            boolean still = now > 0 && now == seen[0];
            seen[0] = now;
            java.util.concurrent.locks.LockSupport.parkNanos(300_000_000);
            return still && app.received() == now;
          });
      assertThat(app.received()).isLessThan(32L * 1024 * 1024);
      for (int i = 0; i < blocks; i++) {
        assertThat(client.read(block.length)).hasSize(block.length);
      }
      sender.join();
    }
  }

  @Test
  void aDeniedConnectionIsClosedWithoutAByte() throws Exception {
    mesh.policy(
        MtlsMode.STRICT,
        new AuthorizationPolicy(
            "b", "nobody", AuthorizationPolicy.Action.ALLOW, false, List.of(), null));
    try (RawClient client = new RawClient(mesh.outboundPort)) {
      client.send("hello");
      assertThat(client.readAll()).isEmpty();
    }
    assertThat(app.connections()).isZero();
    Mesh.eventually(
        () ->
            mesh.log.stream()
                .anyMatch(
                    entry ->
                        entry.reporter().equals("destination")
                            && entry.refused()
                            && entry.reason().code().equals("no_allow_matched")));
    for (String counter : List.of("opened", "closed")) {
      assertThat(
              mesh.meters
                  .get("istio_tcp_connections_" + counter + "_total")
                  .tags("reporter", "destination", "destination_service_name", "server")
                  .counter()
                  .count())
          .isEqualTo(1);
    }
  }

  @Test
  void httpLookingBytesGetNoHttpTreatment() throws Exception {
    try (RawClient client = new RawClient(mesh.outboundPort)) {
      client.head("GET / HTTP/1.1", "Host: a", "Host: b");
      assertThat(new String(client.read(20), StandardCharsets.US_ASCII))
          .startsWith("GET / HTTP/1.1");
    }
  }
}
