package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.log.AccessLog;
import io.heraldmesh.proxy.upstream.OwnListeners;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.LinuxSocket;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a node was asked before it drains is answered, also where that takes calls of its own. */
@Timeout(60)
class DrainedCallsTest {
  private static final Workload FRONT = new Workload("b", "front");
  private static final Workload BACK = new Workload("b", "back");
  private static final SpiffeId FRONT_ID = SpiffeId.workload(Mesh.DOMAIN, "b", "front");
  private static final SpiffeId BACK_ID = SpiffeId.workload(Mesh.DOMAIN, "b", "back");
  private static final Duration ENOUGH = Duration.ofSeconds(20);

  private Mesh mesh;
  private HeldApp front;

  @BeforeEach
  void start() throws Exception {
    mesh = Mesh.ready();
    front = new HeldApp();
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
    front.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aWorkloadMayCallItsNeighbourUntilItHasAnswered(boolean inherited) throws Exception {
    assumeTrue(!inherited || Epoll.isAvailable());
    TestCredentials credentials = new TestCredentials();
    DataPath node = node(inherited, credentials);
    List<Bound> bound = Mesh.await(node.open());
    credentials.set(
        List.of(mesh.authority.issue(FRONT_ID), mesh.authority.issue(BACK_ID)),
        Map.of(Mesh.DOMAIN, List.of(mesh.authority.root())));
    node.apply(snapshot(at(bound, "inbound", BACK)));
    Mesh.eventually(node::inForce);
    node.begin();
    InetSocketAddress outbound = at(bound, "outbound", FRONT);
    try (RawClient client =
        new RawClient(
            Mesh.tlsSocket(
                at(bound, "inbound", FRONT), mesh.authority.issue(Mesh.CLIENT_ID), "istio"))) {
      client.head("GET /asked HTTP/1.1", "Host: front.b");
      front.awaitHeld(1);
      Future<Void> drained = node.drain(ENOUGH);
      assertThat(Stream.generate(() -> status(outbound)).limit(3)).containsOnly(200);
      front.answerOne();
      assertThat(client.answer().status()).isEqualTo(200);
      Mesh.await(drained);
    }
  }

  @Test
  void aRequestOnItsWayToAnIdleConnectionIsServed() throws Exception {
    try (RawClient client = mesh.call();
        RawHttp2Client http2 =
            new RawHttp2Client(new Socket("127.0.0.1", mesh.outbound.getPort()))) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
      http2.call(true, "GET", "/ok");
      assertThat(http2.status(http2.readAnswer())).isEqualTo("200");
      Future<Void> drained = mesh.client.drain(ENOUGH);
      assertThat(http2.readAnswer().type())
          .as("a client of HTTP/2 is told at once")
          .isEqualTo(RawHttp2Client.GOAWAY);
      client.head("POST /echo HTTP/1.1", "Host: server.b", "Content-Length: 2").send("ab");
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.head()).containsIgnoringCase("connection: close");
      assertThat(client.closed()).isTrue();
      Mesh.await(drained);
    }
  }

  /** The head of that answer had left, and said nothing of an end. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aRequestBehindAnAnswerThatHadBegunIsServed(boolean pipelined) throws Exception {
    try (DeafService app = new DeafService();
        Mesh asked = Mesh.ready(Mesh.Options.DEFAULT.service(app.address()));
        RawClient silent = asked.call();
        RawClient client = asked.call()) {
      client.head("GET /a HTTP/1.1", "Host: server.b");
      try (RawClient service = new RawClient(app.connection())) {
        service.headOnly();
        service.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab");
        assertThat(client.headOnly()).doesNotContainIgnoringCase("connection: close");
        if (pipelined) {
          client.head("GET /b HTTP/1.1", "Host: server.b");
        }
        Mesh.eventually(() -> asked.client.openConnections() == 2);
        Future<Void> drained = asked.client.drain(ENOUGH);
        assertThat(silent.closed()).as("the drain has begun").isTrue();
        service.send("cd");
        assertThat(client.read(4)).asString().isEqualTo("abcd");
        if (!pipelined) {
          client.head("GET /b HTTP/1.1", "Host: server.b");
        }
        assertThat(service.headOnly()).startsWith("GET /b ");
        service.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nef");
        RawClient.Answer answer = client.answer();
        assertThat(answer.body()).isEqualTo("ef");
        assertThat(answer.head()).containsIgnoringCase("connection: close");
        assertThat(client.closed()).isTrue();
        Mesh.await(drained);
      }
    }
  }

  private static int status(InetSocketAddress outbound) {
    try (RawClient client = new RawClient(outbound)) {
      return client.get("/ok", "back.b").status();
    } catch (IOException e) {
      return -1;
    }
  }

  private static InetSocketAddress at(List<Bound> bound, String what, Workload workload) {
    return bound.stream()
        .filter(b -> b.what().equals(what) && Objects.equals(b.workload(), workload))
        .findFirst()
        .orElseThrow()
        .address();
  }

  private DataPath node(boolean inherited, TestCredentials credentials) throws IOException {
    return new DataPath(
        mesh.vertx,
        new ProxySettings(
            "both",
            Mesh.DOMAIN,
            List.of(
                workload(FRONT, front.address(), ListenAddress.parse("127.0.0.1:0"), inherited),
                workload(BACK, mesh.app.address(), null, inherited)),
            Limits.DEFAULTS,
            false),
        credentials,
        () -> KeySets.NONE,
        Crypto.jdk(),
        new SimpleMeterRegistry(),
        AccessLog.NONE,
        InstantSource.system(),
        new OwnListeners());
  }

  private static WorkloadSettings workload(
      Workload name, HostPort app, @Nullable ListenAddress outbound, boolean inherited)
      throws IOException {
    return new WorkloadSettings(
        name,
        name.name(),
        Map.of(),
        outbound,
        List.of(),
        List.of(new InboundPort("main", 8080, Protocol.HTTP, app, listen(inherited), null)));
  }

  /** As a service manager passes one, or one that the node makes. */
  private static ListenAddress listen(boolean inherited) throws IOException {
    if (!inherited) {
      return ListenAddress.parse("127.0.0.1:0");
    }
    LinuxSocket passed = LinuxSocket.newSocketStream();
    passed.bind(new InetSocketAddress("127.0.0.1", 0));
    passed.listen(100);
    return new ListenAddress(
        new HostPort("127.0.0.1", passed.localAddress().getPort()), passed.intValue());
  }

  private static NodeSnapshot snapshot(InetSocketAddress back) {
    return new NodeSnapshot(
        "both",
        List.of(
            Mesh.workloadPolicy(FRONT, MtlsMode.STRICT),
            Mesh.workloadPolicy(BACK, MtlsMode.STRICT)),
        List.of(
            new Destination(
                "b/back",
                Set.of("back.b"),
                80,
                Protocol.HTTP,
                "outbound_.80_._.back.b.svc.cluster.local",
                Set.of(BACK_ID),
                List.of(new Endpoint("127.0.0.1", back.getPort(), true)))));
  }
}
