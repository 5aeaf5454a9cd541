package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.Protocol;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/1.1 clients share few connections between the proxies, and hold nobody else up there. */
@Timeout(120)
class MultiplexingTest {
  private static final String SHARED = "{connectionPool: {http: {h2UpgradePolicy: UPGRADE}}}";
  private static final String APART = "{connectionPool: {http: {h2UpgradePolicy: DO_NOT_UPGRADE}}}";
  private static final String UNSAID = "{loadBalancer: {simple: LEAST_REQUEST}}";

  /** Of Mesh; each has connections of its own. */
  private static final int EVENT_LOOPS = 2;

  private final List<AutoCloseable> open = new ArrayList<>();
  private Mesh mesh;
  private Wire wire;

  @BeforeEach
  void start() throws Exception {
    start(Mesh.Options.DEFAULT, UNSAID, Protocol.HTTP);
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable one : open.reversed()) {
      one.close();
    }
  }

  @Test
  void clientsShareOneConnectionOfEachEventLoop() throws Exception {
    HeldApp app = opened(new HeldApp());
    start(Mesh.Options.DEFAULT.service(app.address()), SHARED, Protocol.HTTP);
    List<RawClient> clients = calls(60);
    app.awaitHeld(60);
    assertThat(wire.open()).isEqualTo(EVENT_LOOPS);
    answered(app, clients);
  }

  @Test
  void withoutARuleTheyShareWhereThereAreSome() throws Exception {
    HeldApp app = opened(new HeldApp());
    start(Mesh.Options.DEFAULT.service(app.address()), UNSAID, Protocol.HTTP);
    List<RawClient> clients = calls(60);
    app.awaitHeld(60);
    assertThat(wire.open()).isLessThanOrEqualTo(EVENT_LOOPS * (4 + 1));
    answered(app, clients);
  }

  /** Many frames of one message would hold up all others of a connection. */
  @Test
  void withoutARuleHeavyOnesShareOnlyWhereThereAreMany() throws Exception {
    RawClient heavy = opened(mesh.call());
    for (int i = 0; i < 20; i++) {
      assertThat(heavy.get("/big?100000", "server.b").body()).hasSize(100_000);
    }
    mesh.app.seen().clear();
    for (int i = 0; i < 300; i++) {
      opened(mesh.call()).head("GET /hang HTTP/1.1", "Host: server.b");
    }
    Mesh.eventually(() -> mesh.app.seen().size() == 300);
    assertThat(wire.open()).isBetween(EVENT_LOOPS * 64, EVENT_LOOPS * (64 + 3));
  }

  /** Who counts connections knows them as Istio has them: with a request on each. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{connectionPool: {tcp: {maxConnections: 1000}}}",
        "{connectionPool: {http: {http1MaxPendingRequests: 1000}}}",
        "{connectionPool: {http: {maxRequestsPerConnection: 1000}}}"
      })
  void whereConnectionsAreCountedTheyShareOnlyWhereThereAreMany(String policy) throws Exception {
    HeldApp app = opened(new HeldApp());
    start(Mesh.Options.DEFAULT.service(app.address()), policy, Protocol.HTTP);
    List<RawClient> clients = calls(60);
    app.awaitHeld(60);
    assertThat(wire.open()).isEqualTo(60);
    answered(app, clients);
  }

  @ParameterizedTest
  @ValueSource(strings = {APART, "{connectionPool: {http: {useClientProtocol: true}}}"})
  void aRuleMayKeepThemApart(String policy) throws Exception {
    HeldApp app = opened(new HeldApp());
    start(Mesh.Options.DEFAULT.service(app.address()), policy, Protocol.HTTP);
    List<RawClient> clients = calls(150);
    app.awaitHeld(150);
    assertThat(wire.open()).isEqualTo(150);
    answered(app, clients);
  }

  @Test
  void withoutADeclaredProtocolTheyDoNotShare() throws Exception {
    HeldApp app = opened(new HeldApp());
    start(Mesh.Options.DEFAULT.service(app.address()), UNSAID, Protocol.AUTO);
    List<RawClient> clients = calls(150);
    app.awaitHeld(150);
    assertThat(wire.open()).isEqualTo(150);
    answered(app, clients);
  }

  /** There the service gets what the client's proxy speaks, and may not know HTTP/2. */
  @Test
  void aServersProxyThatDoesNotKnowItsServiceDeclines() throws Exception {
    start(Mesh.Options.DEFAULT.protocol(Protocol.AUTO), SHARED, Protocol.HTTP);
    for (int i = 0; i < 4; i++) {
      RawClient client = opened(mesh.call());
      assertThat(client.get("/ok", "server.b").body()).isEqualTo("ok");
      assertThat(client.get("/ok", "server.b").body()).isEqualTo("ok");
    }
    assertThat(mesh.app.seen()).hasSize(8).allMatch(seen -> seen.line().endsWith(" HTTP/1.1"));
    assertThat(mesh.logged("destination").protocol()).isEqualTo("http/1.1");
  }

  @Test
  void theClientsProtocolIsKeptWhereTheRuleSaysSo() throws Exception {
    start(
        Mesh.Options.DEFAULT,
        "{connectionPool: {http: {useClientProtocol: true}}}",
        Protocol.HTTP2);
    assertThat(opened(mesh.call()).get("/ok", "server.b").status()).isEqualTo(200);
    assertThat(mesh.logged("destination").protocol()).isEqualTo("http/1.1");
  }

  @Test
  void theClientsProtocolIsKeptForACapturedCallToo() throws Exception {
    start(
        Mesh.Options.DEFAULT,
        "{connectionPool: {http: {useClientProtocol: true}}}",
        Protocol.HTTP2);
    InetSocketAddress anywhere = new InetSocketAddress("192.0.2.7", 80);
    RawClient client = opened(mesh.dialled.connect(mesh.outboundCapture, anywhere));
    assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
    assertThat(mesh.logged("destination").protocol()).isEqualTo("http/1.1");
  }

  @Test
  void anAnswerBeforeTheEndOfTheBodyArrives() throws Exception {
    start(Mesh.Options.DEFAULT, SHARED, Protocol.HTTP);
    mesh.app.rawAnswer("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
    RawClient client = opened(mesh.call());
    client.head("POST /early HTTP/1.1", "Host: server.b", "Content-Length: 1000000").send("begun");
    RawClient.Answer answer = client.answer();
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.body()).isEqualTo("no");
    RawClient next = opened(mesh.call());
    assertThat(next.get("/ok", "server.b").status()).as("the connection goes on").isEqualTo(200);
  }

  @Test
  void aClientThatGoesAwayFreesTheServiceAndNobodyElse() throws Exception {
    HeldApp app = opened(new HeldApp());
    start(Mesh.Options.DEFAULT.service(app.address()), SHARED, Protocol.HTTP);
    List<RawClient> clients = calls(8);
    app.awaitHeld(8);
    clients.removeFirst().reset();
    Mesh.eventually(() -> app.openConnections() == 7);
    assertThat(wire.open()).isEqualTo(EVENT_LOOPS);
    for (int i = 0; i < 8; i++) {
      app.answerOne();
    }
    for (RawClient client : clients) {
      assertThat(client.answer().status()).isEqualTo(200);
    }
  }

  @Test
  void aWebSocketHasAConnectionToItself() throws Exception {
    start(Mesh.Options.DEFAULT, SHARED, Protocol.HTTP);
    mesh.app.rawAnswer(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n\u0081\u0005hello");
    RawClient client = opened(mesh.call());
    client.head(
        "GET /raw HTTP/1.1",
        "Host: server.b",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
    assertThat(client.headOnly()).startsWith("HTTP/1.1 101 ");
    assertThat(client.read(7)).asString(StandardCharsets.ISO_8859_1).isEqualTo("\u0081\u0005hello");
  }

  /** Each took over a connection that had been in use, and counted as one in use for ever. */
  @Test
  void webSocketsLeaveOthersTheirConnections() throws Exception {
    mesh.app.rawAnswer(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    for (int i = 0; i < EVENT_LOOPS * 4; i++) {
      RawClient client = opened(mesh.call());
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
      client.head(
          "GET /raw HTTP/1.1",
          "Host: server.b",
          "Connection: Upgrade",
          "Upgrade: websocket",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
      assertThat(client.headOnly()).startsWith("HTTP/1.1 101 ");
    }
    int before = wire.open();
    for (int i = 0; i < EVENT_LOOPS * 4; i++) {
      opened(mesh.call()).head("GET /hang HTTP/1.1", "Host: server.b");
    }
    Mesh.eventually(() -> wire.open() == before + EVENT_LOOPS * 4);
  }

  @Test
  void oneThatReadsNothingHoldsNobodyElseUp() throws Exception {
    start(Mesh.Options.DEFAULT, SHARED, Protocol.HTTP);
    List<RawClient> slow = new ArrayList<>();
    for (int i = 0; i < EVENT_LOOPS * 2; i++) {
      RawClient client = opened(mesh.call());
      client.head("GET /big?33554432 HTTP/1.1", "Host: server.b");
      client.headOnly();
      slow.add(client);
    }
    for (int i = 0; i < EVENT_LOOPS * 2; i++) {
      RawClient quick = opened(mesh.call());
      for (int round = 0; round < 20; round++) {
        assertThat(quick.get("/big?100000", "server.b").body()).hasSize(100_000);
      }
    }
    assertThat(wire.open()).isEqualTo(EVENT_LOOPS);
    for (RawClient client : slow) {
      assertThat(client.read(33_554_432)).hasSize(33_554_432);
    }
  }

  @Test
  void oneWhoseServiceReadsNothingHoldsNobodyElseUp() throws Exception {
    HeldApp app = opened(new HeldApp());
    start(Mesh.Options.DEFAULT.service(app.address()), SHARED, Protocol.HTTP);
    List<Thread> sending = new ArrayList<>();
    for (int i = 0; i < EVENT_LOOPS; i++) {
      RawClient client = opened(mesh.call());
      client.head("POST /unread HTTP/1.1", "Host: server.b", "Content-Length: 50000000");
      sending.add(Thread.startVirtualThread(() -> sendUntilStopped(client)));
    }
    app.awaitHeld(EVENT_LOOPS);
    for (int i = 0; i < EVENT_LOOPS * 2; i++) {
      RawClient quick = opened(mesh.call());
      quick.head("POST /x HTTP/1.1", "Host: server.b", "Content-Length: 50000");
      quick.send(new byte[50_000]);
      app.awaitHeld(EVENT_LOOPS + 1);
      app.echoLast();
      assertThat(quick.answer().status()).isEqualTo(200);
    }
    assertThat(sending).allMatch(Thread::isAlive);
  }

  private static void sendUntilStopped(RawClient client) {
    byte[] block = new byte[64 * 1024];
    try {
      for (long sent = 0; sent < 50_000_000; sent += block.length) {
        client.send(block);
      }
    } catch (IOException e) {
      // the test is over
    }
  }

  private void start(Mesh.Options options, String policy, Protocol declared) throws Exception {
    mesh = opened(Mesh.ready(options));
    wire = opened(new Wire(mesh.inbound));
    new Ruled(mesh).by(policy, declared, new Endpoint("127.0.0.1", wire.address().getPort(), true));
  }

  private List<RawClient> calls(int count) throws Exception {
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      RawClient client = opened(mesh.call());
      clients.add(client.head("GET /x HTTP/1.1", "Host: server.b"));
    }
    return clients;
  }

  private void answered(HeldApp app, List<RawClient> clients) throws Exception {
    for (int i = 0; i < clients.size(); i++) {
      app.answerOne();
    }
    for (RawClient client : clients) {
      assertThat(client.answer().status()).isEqualTo(200);
    }
  }

  private <T extends AutoCloseable> T opened(T one) {
    open.add(one);
    return one;
  }
}
