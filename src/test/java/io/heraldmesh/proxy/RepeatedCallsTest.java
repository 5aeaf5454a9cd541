package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.credentials.Credential;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.Protocol;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which connections shared requests get, at first and when one of them has broken. */
@Timeout(60)
class RepeatedCallsTest {
  private static final int MOST_STREAMS = 100;

  /** Another that was open before may be about to close as well. */
  @Test
  void aRequestWhoseSharedConnectionBrokeGoesOnANewOne() throws Exception {
    CountDownLatch both = new CountDownLatch(2);
    Map<Integer, Integer> calls = new ConcurrentHashMap<>();
    try (BadHttp2Service service = new BadHttp2Service();
        Mesh mesh = Mesh.ready(Mesh.Options.DEFAULT.protocol(Protocol.HTTP2));
        RawHttp2Client client = new RawHttp2Client(socket(mesh))) {
      service.script(
          (connection, frame) -> {
            if (frame.type() != RawHttp2Client.HEADERS) {
              return new byte[0];
            }
            if (calls.merge(connection, 1, Integer::sum) > 1) {
              throw new BadHttp2Service.Parting(new byte[0]);
            }
            if (connection <= 2) {
              await(both);
            }
            return BadHttp2Service.ok(frame.stream());
          });
      new Ruled(mesh)
          .by(
              "{connectionPool: {http: {maxConcurrentStreams: 1}}}",
              Ruled.plain(service.address().port()));
      client.call(1, true, "GET", "/a").call(3, true, "GET", "/b");
      assertThat(client.status(client.readAnswer())).isEqualTo("200");
      assertThat(client.status(client.readAnswer())).isEqualTo("200");
      assertThat(service.connections()).isEqualTo(2);
      client.call(5, true, "GET", "/c");
      assertThat(client.status(client.readAnswer())).isEqualTo("200");
      assertThat(service.connections()).isEqualTo(3);
    }
  }

  /** The service has said nothing of how many it takes. */
  @Test
  void noConnectionHasMoreThanAHundredStreams() throws Exception {
    Map<Integer, Integer> streams = new ConcurrentHashMap<>();
    List<RawClient> clients = new ArrayList<>();
    int all = 240; // on two event loops
    try (BadHttp2Service service = new BadHttp2Service();
        Mesh mesh = Mesh.ready(Mesh.Options.DEFAULT.protocol(Protocol.HTTP2))) {
      service.script(
          (connection, frame) -> {
            if (frame.type() == RawHttp2Client.HEADERS) {
              streams.merge(connection, 1, Integer::sum);
            }
            return new byte[0];
          });
      new Ruled(mesh)
          .by("{loadBalancer: {simple: LEAST_REQUEST}}", Ruled.plain(service.address().port()));
      for (int i = 0; i < all; i++) {
        clients.add(mesh.call().head("GET /x HTTP/1.1", "Host: server.b"));
      }
      Mesh.eventually(() -> streams.values().stream().mapToInt(i -> i).sum() == all);
      assertThat(streams.values()).contains(MOST_STREAMS).allMatch(some -> some <= MOST_STREAMS);
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  /** The certificate of the one before is good for longer. */
  @Test
  void aRequestThatWasSentAgainEndsWithTheCertificateOfTheServerThatHasItNow() throws Exception {
    Duration life = Duration.ofMinutes(10);
    try (Mesh mesh = Mesh.ready();
        Wire wire = new Wire(mesh.inbound);
        RawClient client = mesh.call()) {
      mesh.destinations(
          List.of(
              mesh.destination(
                  "server",
                  Set.of(Mesh.SERVER_ID),
                  List.of(new Endpoint("127.0.0.1", wire.address().getPort(), true)))));
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
      client.head("GET /hang HTTP/1.1", "Host: server.b");
      Mesh.eventually(() -> mesh.app.seen().size() == 2);
      hangsFor(mesh, Duration.ofMillis(700)); // it is judged meanwhile
      show(mesh, mesh.authority.issue(Mesh.SERVER_ID, Instant.now().plus(life)));
      wire.cut();
      Mesh.eventually(() -> mesh.app.seen().size() == 3);
      mesh.clientAhead.set(life.plusSeconds(1));
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.body()).endsWith(": upstream_identity_refused");
    }
  }

  private static void hangsFor(Mesh mesh, Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      assertThat(mesh.app.seen()).hasSize(2);
      LockSupport.parkNanos(5_000_000);
    }
  }

  private static Socket socket(Mesh mesh) throws Exception {
    return new Socket(mesh.outbound.getAddress(), mesh.outbound.getPort());
  }

  private static void await(CountDownLatch both) {
    both.countDown();
    try {
      both.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns once new connections are shown it. */
  private static void show(Mesh mesh, Credential leaf) {
    mesh.serverCredentials.set(leaf, mesh.authority.root());
    Credential caller = mesh.authority.issue(Mesh.CLIENT_ID);
    Mesh.eventually(
        () -> {
          try (SSLSocket socket = mesh.tlsSocket(caller, "istio")) {
            return socket.getSession().getPeerCertificates()[0].equals(leaf.leaf());
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }
}
