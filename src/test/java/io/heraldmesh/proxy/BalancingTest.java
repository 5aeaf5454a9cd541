package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Balancing;
import io.heraldmesh.policy.Balancing.Method;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.OutlierDetection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests over the endpoints of one destination: spread, limited, and away from what fails. */
class BalancingTest {
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final String BAD = "HTTP/1.1 500 Bad\r\nContent-Length: 0\r\n\r\n";
  private static final String GOOD = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

  private Mesh mesh;
  private RecordingApp one;
  private RecordingApp two;

  @BeforeEach
  void start() throws Exception {
    mesh = Mesh.ready();
    one = new RecordingApp();
    two = new RecordingApp();
    one.rawAnswer(GOOD);
    two.rawAnswer(GOOD);
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
    one.close();
    two.close();
  }

  @Test
  void roundRobinTakesThemInTurn() throws Exception {
    to(new Balancing(Method.ROUND_ROBIN, null, Integer.MAX_VALUE, Integer.MAX_VALUE));
    calls(10);
    assertThat(one.seen()).hasSize(5);
    assertThat(two.seen()).hasSize(5);
  }

  @Test
  void leastRequestKeepsAwayFromTheOneThatIsBusyAlsoAfterAChange() throws Exception {
    to(Balancing.DEFAULT);
    try (RawClient hanging = mesh.call()) {
      hanging.head("GET /hang HTTP/1.1", "Host: server.b");
      Mesh.eventually(() -> one.seen().size() + two.seen().size() == 1);
      RecordingApp idle = one.seen().isEmpty() ? one : two;
      calls(5);
      to(Balancing.DEFAULT);
      calls(5);
      assertThat(idle.seen()).hasSize(10);
    }
  }

  @Test
  void whatIsMoreThanMayBeUnderWayIs503WithItsFlag() throws Exception {
    to(new Balancing(Method.ROUND_ROBIN, null, 1, 1));
    try (RawClient hanging = mesh.call()) {
      hanging.head("GET /hang HTTP/1.1", "Host: server.b");
      Mesh.eventually(() -> one.seen().size() == 1);
      try (RawClient client = mesh.call()) {
        RawClient.Answer refused = client.get("/ok", "server.b");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.body()).contains("upstream_overflow");
      }
      assertThat(mesh.logged("source").flag()).isEqualTo("upstream_overflow");
      // One that only ended its direction might still wait for its answer.
      hanging.reset();
    }
    Mesh.eventually(() -> status() == 200);
    assertThat(List.of(status(), status(), status())).containsOnly(200);
  }

  @Test
  void anEndpointThatFailsInARowIsLeftOutAlsoAfterAChange() throws Exception {
    one.rawAnswer(BAD);
    to(balancing(outliers(3, 0, LONG, 100, 0)));
    assertThat(statuses(6)).filteredOn(status -> status == 500).hasSize(3);
    assertThat(statuses(10)).containsOnly(200);
    to(balancing(outliers(3, 0, LONG, 100, 0)));
    assertThat(statuses(10)).containsOnly(200);
    assertThat(one.seen()).hasSize(3);
  }

  @Test
  void noMoreThanThePercentageIsLeftOut() throws Exception {
    one.rawAnswer(BAD);
    two.rawAnswer(BAD);
    to(balancing(outliers(1, 0, LONG, 50, 0)));
    assertThat(statuses(10)).containsOnly(500);
    int first = one.seen().size();
    int second = two.seen().size();
    assertThat(Math.min(first, second)).isEqualTo(1);
    assertThat(Math.max(first, second)).isEqualTo(9);
  }

  @Test
  void whenAllAreLeftOutItIs503UnlessTooFewAreHealthy() throws Exception {
    one.rawAnswer(BAD);
    two.rawAnswer(BAD);
    to(balancing(outliers(1, 0, LONG, 100, 0)));
    assertThat(statuses(2)).containsOnly(500);
    assertThat(statuses(2)).containsOnly(503);
    assertThat(mesh.logged("source").flag()).isEqualTo("no_endpoint");
    to(balancing(outliers(1, 0, LONG, 100, 1)));
    assertThat(statuses(4)).as("panic: all are called").containsOnly(500);
  }

  @Test
  void anEndpointComesBackWhenItsTimeIsOver() throws Exception {
    one.rawAnswer(BAD);
    to(balancing(outliers(1, 0, Duration.ofMillis(1), 100, 0)));
    assertThat(statuses(2)).contains(500, 200);
    one.rawAnswer(GOOD);
    int before = one.seen().size();
    Mesh.eventually(() -> status() == 200 && one.seen().size() > before);
  }

  @Test
  void aServerThatDropsItsConnectionsCountsAsAGatewayError() throws Exception {
    to(balancing(outliers(0, 1, LONG, 100, 0)));
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/drop", "server.b").status()).isEqualTo(503);
    }
    RecordingApp bad = one.seen().isEmpty() ? two : one;
    int before = bad.seen().size();
    assertThat(statuses(6)).containsOnly(200);
    assertThat(bad.seen()).hasSize(before);
  }

  /** However long its connection stays open. */
  @Test
  void aConnectionThatWasAcceptedEndsTheFailuresInARow() throws Exception {
    mesh.close();
    mesh = Mesh.ready(Mesh.Options.DEFAULT.tcp(new HostPort("127.0.0.1", 1)));
    int port = unused();
    to(balancing(outliers(2, 0, LONG, 100, 0)), new Endpoint("127.0.0.1", port, false));
    assertThat(isGreeted()).isFalse();
    try (ServerSocket service = greeting(port);
        RawClient stays = new RawClient(mesh.outboundPort)) {
      assertThat(stays.read(1)).hasSize(1);
      service.close();
      assertThat(isGreeted()).isFalse();
      try (ServerSocket again = greeting(port)) {
        assertThat(isGreeted()).as("listens at %s", again).isTrue();
      }
    }
  }

  private boolean isGreeted() throws IOException {
    try (RawClient client = new RawClient(mesh.outboundPort)) {
      return client.readAll().equals("x");
    }
  }

  private static int unused() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** Says something to whoever comes, and ends its direction. */
  private static ServerSocket greeting(int port) throws IOException {
    ServerSocket server = new ServerSocket(port, 10, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(
        () -> {
          try {
            while (true) {
              Socket client = server.accept();
              client.getOutputStream().write('x');
              client.shutdownOutput();
            }
          } catch (IOException e) {
            // closed
          }
        });
    return server;
  }

  private void to(Balancing balancing) {
    to(balancing, endpoint(one), endpoint(two));
  }

  private void to(Balancing balancing, Endpoint... endpoints) {
    Destination server = mesh.destination("server", Set.of(), List.of(endpoints));
    mesh.destinations(
        List.of(
            new Destination(
                server.service(),
                server.hosts(),
                server.port(),
                server.protocol(),
                server.sni(),
                server.identities(),
                server.endpoints(),
                balancing)));
  }

  private static Endpoint endpoint(RecordingApp app) {
    return new Endpoint(app.address().host(), app.address().port(), false);
  }

  private static Balancing balancing(@Nullable OutlierDetection outliers) {
    return new Balancing(Method.ROUND_ROBIN, outliers, Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  private static OutlierDetection outliers(
      int errors, int gateway, Duration base, int percent, int health) {
    return new OutlierDetection(errors, gateway, Duration.ofMillis(1), base, percent, health);
  }

  private void calls(int count) throws Exception {
    assertThat(statuses(count)).containsOnly(200);
  }

  private List<Integer> statuses(int count) {
    return java.util.stream.IntStream.range(0, count).mapToObj(i -> status()).toList();
  }

  private int status() {
    try (RawClient client = mesh.call()) {
      return client.get("/raw", "server.b").status();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
