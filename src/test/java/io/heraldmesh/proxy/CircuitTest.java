package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.proxy.log.AccessEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * No more connections and waiting requests than a rule allows, over both event loops of the calling
 * node together: each new client comes to another one.
 */
@Timeout(60)
class CircuitTest {
  private HeldApp app;
  private Mesh mesh;
  private final List<RawClient> clients = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    app = new HeldApp();
    mesh = Mesh.ready(Mesh.Options.DEFAULT.service(app.address()));
  }

  @AfterEach
  void stop() throws Exception {
    for (RawClient client : clients) {
      client.close();
    }
    mesh.close();
    app.close();
  }

  @Test
  void noMoreConnectionsAreOpenThanMayBeAndTheOthersWaitTheirTurn() throws Exception {
    rule("{connectionPool: {tcp: {maxConnections: 2}}}");
    calls(8);
    for (int i = 0; i < 8; i++) {
      app.awaitHeld(Math.min(2, 8 - i));
      app.answerOne();
    }
    answers(200);
    assertThat(app.mostHeld()).isEqualTo(2);
  }

  @Test
  void whoWaitsBeyondWhatMayWaitGets503WithTheFlagUo() throws Exception {
    rule("{connectionPool: {tcp: {maxConnections: 1}, http: {http1MaxPendingRequests: 1}}}");
    call();
    app.awaitHeld(1);
    calls(2);
    RawClient.Answer refused = takeAnswered().answer();
    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.body()).contains("upstream_overflow");
    assertThat(refused()).isEqualTo(1);
    app.answerOne();
    app.answerOne();
    answers(200);
  }

  @Test
  void whoGoesAwayWaitsNoLonger() throws Exception {
    rule("{connectionPool: {tcp: {maxConnections: 1}, http: {http1MaxPendingRequests: 1}}}");
    call();
    app.awaitHeld(1);
    calls(2);
    assertThat(takeAnswered().answer().status()).isEqualTo(503);
    clients.removeLast().reset();
    Mesh.eventually(() -> flags().contains("client_gone"));
    call();
    app.answerOne();
    app.answerOne();
    answers(200);
  }

  /** Otherwise the event loop that has the connection would keep it, and the others starve. */
  @Test
  void aConnectionThatCarriesNothingMakesWayForAnotherEventLoop() throws Exception {
    rule("{connectionPool: {tcp: {maxConnections: 1}}}");
    calls(4);
    for (int round = 0; round < 3; round++) {
      for (RawClient client : clients) {
        if (round > 0) {
          client.head("GET /x HTTP/1.1", "Host: server.b");
        }
        app.answerOne();
      }
      answers(200);
    }
    assertThat(app.mostHeld()).isEqualTo(1);
  }

  /** Two that wait at the same time must not be promised the same connection. */
  @Test
  void asManyMakeWayAsRequestsWait() throws Exception {
    rule("{connectionPool: {tcp: {maxConnections: 2}}}");
    for (int i = 0; i < 4; i++) {
      clients.add(mesh.call());
    }
    for (int round = 0; round < 100; round++) {
      List<RawClient> ofOneLoop = List.of(clients.get(round % 2), clients.get(round % 2 + 2));
      for (RawClient client : ofOneLoop) {
        client.head("GET /x HTTP/1.1", "Host: server.b");
      }
      app.awaitHeld(2);
      app.answerOne();
      app.answerOne();
      for (RawClient client : ofOneLoop) {
        assertThat(client.answer().status()).as("round %d", round).isEqualTo(200);
      }
    }
  }

  @Test
  void requestsOfHttp2WaitForAStreamOfTheConnectionsThatMayBe() throws Exception {
    http2();
    rule("{connectionPool: {tcp: {maxConnections: 2}, http: {maxConcurrentStreams: 3}}}");
    calls(20);
    for (int i = 0; i < 20; i++) {
      app.answerOne();
    }
    answers(200);
    assertThat(app.mostHeld()).isLessThanOrEqualTo(6);
  }

  @Test
  void requestsOfHttp2ThatWaitBeyondWhatMayWaitGet503() throws Exception {
    http2();
    rule(
        "{connectionPool: {tcp: {maxConnections: 1},"
            + " http: {http1MaxPendingRequests: 1, maxConcurrentStreams: 1}}}");
    call();
    app.awaitHeld(1);
    calls(2);
    assertThat(takeAnswered().answer().status()).isEqualTo(503);
    assertThat(refused()).isEqualTo(1);
    app.answerOne();
    app.answerOne();
    answers(200);
  }

  @Test
  void aConnectionForBytesBeyondWhatMayBeIsClosedAndCounted() throws Exception {
    mesh.close();
    try (EchoApp echo = new EchoApp()) {
      mesh = Mesh.ready(Mesh.Options.DEFAULT.tcp(echo.address()));
      new Ruled(mesh).by("{connectionPool: {tcp: {maxConnections: 1}}}");
      try (RawClient first = new RawClient(mesh.outboundPort)) {
        assertThat(first.send("a").read(1)).asString().isEqualTo("a");
        try (RawClient second = new RawClient(mesh.outboundPort)) {
          assertThat(second.closed()).isTrue();
        }
        Mesh.eventually(() -> flags().contains("upstream_overflow"));
        assertThat(first.send("b").read(1)).asString().isEqualTo("b");
      }
      Mesh.eventually(this::echoes);
    }
  }

  /** The endpoint was not asked, and has not failed. */
  @Test
  void whoWaitsInLineForTooLongIsNoFailureOfTheEndpoint() throws Exception {
    mesh.close();
    mesh =
        Mesh.ready(
            Mesh.Options.DEFAULT.limits(
                Limits.DEFAULTS.with(to -> to.response(Duration.ofMillis(500)))));
    new Ruled(mesh)
        .by(
            "{connectionPool: {tcp: {maxConnections: 1}}, outlierDetection:"
                + " {consecutiveGatewayErrors: 1, baseEjectionTime: 10m, maxEjectionPercent: 100}}",
            Ruled.plain(mesh.app.address().port()));
    try (RawClient slow = mesh.call();
        RawClient waiting = mesh.call()) {
      slow.head("POST /echo HTTP/1.1", "Host: server.b", "Content-Length: 2").send("a");
      Mesh.eventually(() -> mesh.app.connections() == 1);
      assertThat(waiting.get("/ok", "server.b").status()).isEqualTo(504);
      assertThat(slow.send("b").answer().status()).isEqualTo(200);
      assertThat(waiting.get("/ok", "server.b").status()).isEqualTo(200);
    }
  }

  @Test
  void aRuleThatAllowsMoreLetsTheWaitingOnesGoAtOnce() throws Exception {
    rule("{connectionPool: {tcp: {maxConnections: 1}}}");
    calls(3);
    app.awaitHeld(1);
    rule("{connectionPool: {tcp: {maxConnections: 3}}}");
    app.awaitHeld(3);
    for (int i = 0; i < 3; i++) {
      app.answerOne();
    }
    answers(200);
  }

  @Test
  void whoWaitsIsToldWhenTheDestinationIsGone() throws Exception {
    rule("{connectionPool: {tcp: {maxConnections: 1}}}");
    call();
    app.awaitHeld(1);
    call();
    Mesh.eventually(() -> mesh.client.openConnections() == 2);
    mesh.destinations(List.of());
    for (RawClient client : clients) {
      assertThat(client.answer().body()).endsWith(": no_route");
    }
    assertThat(app.held()).isEqualTo(1);
  }

  /** What was withdrawn meanwhile is not sent, not even for a moment. */
  @Test
  void whoHasWaitedIsNotSentToAServerThatMayNotAnswerAnyMore() throws Exception {
    byMeshTls(Mesh.SERVER_ID);
    call();
    app.awaitHeld(1);
    calls(3);
    byMeshTls(SpiffeId.workload(Mesh.DOMAIN, "b", "second"));
    for (RawClient client : clients) {
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.body()).endsWith(": upstream_identity_refused");
    }
    assertThat(app.held()).as("only the first one was sent").isEqualTo(1);
  }

  private void byMeshTls(SpiffeId server) {
    Destination one =
        new Ruled(mesh)
            .destination(
                "{connectionPool: {tcp: {maxConnections: 1}}}",
                Protocol.HTTP,
                new Endpoint("127.0.0.1", mesh.inbound.getPort(), true));
    mesh.destinations(
        List.of(
            new Destination(
                one.service(),
                one.hosts(),
                one.port(),
                one.protocol(),
                one.sni(),
                Set.of(server),
                one.endpoints(),
                one.balancing())));
  }

  /** Straight to the service, so that its connections are those of the calling side. */
  private void rule(String policy) {
    new Ruled(mesh).by(policy, Ruled.plain(app.port()));
  }

  private boolean echoes() {
    try (RawClient client = new RawClient(mesh.outboundPort)) {
      return client.send("c").read(1).length == 1;
    } catch (java.io.IOException refused) {
      return false;
    }
  }

  private void http2() throws Exception {
    mesh.close();
    mesh = Mesh.ready(Mesh.Options.DEFAULT.protocol(Protocol.HTTP2).service(app.address()));
  }

  private void calls(int count) throws Exception {
    for (int i = 0; i < count; i++) {
      call();
    }
  }

  private RawClient call() throws Exception {
    RawClient client = mesh.call();
    clients.add(client);
    return client.head("GET /x HTTP/1.1", "Host: server.b");
  }

  /** The one that has an answer although the service gave none. */
  private RawClient takeAnswered() {
    Mesh.eventually(() -> clients.stream().anyMatch(RawClient::hasAnswer));
    RawClient answered = clients.stream().filter(RawClient::hasAnswer).findFirst().orElseThrow();
    clients.remove(answered);
    return answered;
  }

  private void answers(int status) throws Exception {
    for (RawClient client : clients) {
      assertThat(client.answer().status()).isEqualTo(status);
    }
  }

  private List<String> flags() {
    return mesh.log.stream()
        .filter(entry -> entry.reporter().equals("source"))
        .map(AccessEntry::flag)
        .toList();
  }

  private double refused() {
    return mesh.meters.find("istio_requests_total").tag("response_flags", "UO").counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }
}
