package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.AuthorizationPolicy;
import io.heraldmesh.policy.AuthorizationPolicy.Action;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.proxy.log.AccessEntry;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A service that does not read what it was sent keeps no tunnel to it open: not after a withdrawal,
 * and not beyond its time. Of a request's body it is the service that is late, not the client.
 */
@Timeout(60)
class DeafServiceTest {
  private static final AuthorizationPolicy NOBODY =
      new AuthorizationPolicy("b", "nobody", Action.ALLOW, false, List.of(), null);
  private static final byte[] BLOCK = new byte[64 * 1024];

  private DeafService service;

  @BeforeEach
  void start() throws Exception {
    service = new DeafService();
  }

  @AfterEach
  void stop() throws Exception {
    service.close();
  }

  @Test
  void aTunnelIsWithdrawnOnBothSides() throws Exception {
    try (Mesh mesh = Mesh.ready(Mesh.Options.DEFAULT.tcp(service.address()));
        RawClient client = new RawClient(mesh.outboundPort)) {
      fill(client);
      try (Socket called = service.connection()) {
        mesh.policy(MtlsMode.STRICT, NOBODY);
        endsWithinASecond(called);
        assertThat(mesh.logged("destination").flag()).isEqualTo("withdrawn");
      }
    }
  }

  @Test
  void aTunnelThatIsSilentForLongEnoughEndsOnBothSides() throws Exception {
    Limits limits = Limits.DEFAULTS.with(to -> to.streamIdle(Duration.ofSeconds(1)));
    try (Mesh mesh = Mesh.ready(Mesh.Options.DEFAULT.tcp(service.address()).limits(limits));
        RawClient client = new RawClient(mesh.outboundPort)) {
      fill(client);
      try (Socket called = service.connection()) {
        // before the service is looked at, which sends a byte: for the two proxies that is no
        // silence
        String source = mesh.logged("source").flag();
        String destination = mesh.logged("destination").flag();
        assertThat(List.of(source, destination)).as("whoever was first").contains("idle");
        assertThat(client.closed()).isTrue();
        Mesh.eventually(() -> DeafService.isOver(called));
      }
    }
  }

  @Test
  void aWebSocketIsWithdrawnOnBothSides() throws Exception {
    try (Mesh mesh = Mesh.ready(Mesh.Options.DEFAULT.service(service.address()));
        RawClient client = mesh.call()) {
      client.head(
          "GET /chat HTTP/1.1",
          "Host: server.b",
          "Connection: Upgrade",
          "Upgrade: websocket",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
      try (Socket called = service.connection()) {
        called
            .getOutputStream()
            .write(
                ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));
        assertThat(client.headOnly()).startsWith("HTTP/1.1 101 ");
        fill(client);
        mesh.policy(MtlsMode.STRICT, NOBODY);
        endsWithinASecond(called);
        Mesh.eventually(
            () ->
                mesh.log.stream()
                    .anyMatch(
                        entry ->
                            entry.reporter().equals("destination")
                                && entry.flag().equals("withdrawn")));
      }
    }
  }

  /** The client has sent all that it could. */
  @Test
  void aServiceThatDoesNotTakeABodyIsToBlame() throws Exception {
    Limits limits = Limits.DEFAULTS.with(to -> to.idle(Duration.ofSeconds(1)));
    try (Mesh mesh = Mesh.ready(Mesh.Options.DEFAULT.limits(limits))) {
      // the client's proxy calls it itself, without a proxy of its own
      mesh.destinations(
          List.of(
              mesh.destination(
                  "server",
                  Set.of(),
                  List.of(new Endpoint("127.0.0.1", service.address().port(), false)))));
      try (RawClient client = mesh.call()) {
        client.head("POST /x HTTP/1.1", "Host: server.b", "Content-Length: 900000000");
        fill(client);
        assertThat(client.answer().status()).isEqualTo(504);
      }
      AccessEntry entry = mesh.logged("source");
      assertThat(entry.flag()).isEqualTo("upstream_timeout");
      assertThat(entry.reason().detail()).contains("takes no more");
    }
  }

  /** Sends until nothing is taken any more on the whole way. */
  private static void fill(RawClient client) {
    AtomicLong sent = new AtomicLong();
    Thread.startVirtualThread(
        () -> {
          try {
            while (true) {
              client.send(BLOCK);
              sent.addAndGet(BLOCK.length);
            }
          } catch (IOException closed) {
            // the tunnel is over
          }
        });
    long[] seen = {-1};
    Mesh.eventually(
        () -> {
          boolean still = sent.get() > 0 && sent.get() == seen[0];
          seen[0] = sent.get();
          LockSupport.parkNanos(200_000_000);
          return still && sent.get() == seen[0];
        });
  }

  /** With a second for a busy machine. */
  private static void endsWithinASecond(Socket called) {
    Instant before = Instant.now();
    Mesh.eventually(() -> DeafService.isOver(called));
    assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(2));
  }
}
