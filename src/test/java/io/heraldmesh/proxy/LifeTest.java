package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.policy.AuthorizationPolicy;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.proxy.log.AccessLog;
import io.heraldmesh.proxy.upstream.OwnListeners;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What changes while traffic flows: credentials, policies, services, and the end. */
class LifeTest {
  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    mesh = Mesh.ready();
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  @Test
  void rotatingLeavesDropsNoRequest() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger good = new AtomicInteger();
    AtomicInteger bad = new AtomicInteger();
    Thread load =
        Thread.startVirtualThread(
            () -> {
              try (RawClient client = mesh.call()) {
                while (!stop.get()) {
                  int status = client.get("/ok", "server.b").status();
                  (status == 200 ? good : bad).incrementAndGet();
                }
              } catch (Exception e) {
                bad.incrementAndGet();
              }
            });
    for (int i = 0; i < 10; i++) {
      int before = good.get();
      mesh.clientCredentials.set(mesh.authority.issue(Mesh.CLIENT_ID), mesh.authority.root());
      mesh.serverCredentials.set(mesh.authority.issue(Mesh.SERVER_ID), mesh.authority.root());
      Mesh.eventually(() -> good.get() > before + 20 || bad.get() > 0);
    }
    stop.set(true);
    load.join();
    assertThat(bad).hasValue(0);
  }

  @Test
  void newConnectionsShowTheNewLeafAndOldOnesGoOn() throws Exception {
    try (SSLSocket before = mesh.tlsSocket(mesh.authority.issue(Mesh.CLIENT_ID), "istio");
        RawClient client = new RawClient(before)) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
      var next = mesh.authority.issue(Mesh.SERVER_ID);
      mesh.serverCredentials.set(next, mesh.authority.root());
      Mesh.eventually(() -> serial().equals(next.leaf().getSerialNumber()));
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
    }
  }

  @Test
  void aRootThatIsTakenAwayEndsTheConnectionsItVouchedFor() throws Exception {
    try (RawClient client = mesh.meshClient(mesh.authority.issue(Mesh.CLIENT_ID), "istio")) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
      TestAuthority next = new TestAuthority("next");
      mesh.serverCredentials.set(
          next.issue(Mesh.SERVER_ID), Map.of(Mesh.DOMAIN, List.of(next.root())));
      Mesh.eventually(
          () -> {
            try {
              return client.get("/ok", "server.b").status() != 200;
            } catch (Exception closed) {
              return true;
            }
          });
      assertThat(client.closed()).isTrue();
    }
  }

  @Test
  void aPolicyCountsFromTheNextRequestOnOpenConnectionsToo() throws Exception {
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
      mesh.policy(
          MtlsMode.STRICT,
          new AuthorizationPolicy(
              "b", "nobody", AuthorizationPolicy.Action.ALLOW, false, List.of(), null));
      RawClient.Answer denied = client.get("/ok", "server.b");
      assertThat(denied.status()).isEqualTo(403);
      assertThat(denied.body()).isEqualTo("RBAC: access denied");
      mesh.policy(MtlsMode.STRICT);
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
    }
    assertThat(mesh.app.seen()).hasSize(2);
    assertThat(
            mesh.meters
                .get("herald_decisions_total")
                .tag("reason", "no_allow_matched")
                .counter()
                .count())
        .isEqualTo(1);
  }

  @Test
  void aServiceThatClosedItsIdleConnectionsIsCalledAnewForAGet() throws Exception {
    try (RawClient client = mesh.call()) {
      for (int i = 0; i < 20; i++) {
        assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
        mesh.app.closeConnections();
      }
    }
  }

  @Test
  void aConnectionClosedWithoutAnAnswerIs503() throws Exception {
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/drop", "server.b").status()).isEqualTo(503);
    }
    assertThat(mesh.logged("destination").flag()).isEqualTo("upstream_reset");
  }

  @Test
  void aRefusalIsReadEvenByAClientThatIsStillSending() throws Exception {
    mesh.policy(
        MtlsMode.STRICT,
        new AuthorizationPolicy(
            "b", "nobody", AuthorizationPolicy.Action.ALLOW, false, List.of(), null));
    byte[] body = new byte[1024 * 1024];
    for (int i = 0; i < 5; i++) {
      try (RawClient client = mesh.call()) {
        client.head("POST /echo HTTP/1.1", "Host: server.b", "Content-Length: " + body.length);
        Thread sender =
            Thread.startVirtualThread(
                () -> {
                  try {
                    client.send(body);
                  } catch (java.io.IOException e) {
                    // the proxy need not take it all
                  }
                });
        assertThat(client.answer().status()).isEqualTo(403);
        sender.join();
      }
    }
  }

  @Test
  void drainingLetsRequestsFinishAndThenEndsTheirConnections() throws Exception {
    try (RawClient idle = mesh.call();
        RawClient busy = mesh.call()) {
      assertThat(idle.get("/ok", "server.b").status()).isEqualTo(200);
      busy.head("POST /echo HTTP/1.1", "Host: server.b", "Content-Length: 4").send("ab");
      Mesh.eventually(() -> mesh.app.connections() == 2);
      Future<Void> drained = mesh.client.drain(Duration.ofSeconds(20));
      assertThat(idle.closed()).isTrue();
      busy.send("cd");
      RawClient.Answer answer = busy.answer();
      assertThat(answer.body()).isEqualTo("abcd");
      assertThat(answer.head()).containsIgnoringCase("connection: close");
      assertThat(busy.closed()).isTrue();
      Mesh.await(drained);
      assertThatThrownBy(mesh::call).isInstanceOf(java.net.ConnectException.class);
    }
  }

  @Test
  void aNewConnectionHasItsFirstAnswerWhileTheProxyDrains() throws Exception {
    try (RawHttp2Client idle = servedByHttp2();
        RawClient fresh = mesh.call();
        RawClient begun = mesh.call()) {
      begun.send("GET /ok HTTP/1.1\r\nHost: ser");
      Mesh.eventually(() -> mesh.client.openConnections() == 3);
      Future<Void> drained = mesh.client.drain(Duration.ofSeconds(20));
      assertThat(idle.readAnswer().type()).isEqualTo(RawHttp2Client.GOAWAY);
      RawClient.Answer answer = fresh.get("/ok", "server.b");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.head()).containsIgnoringCase("connection: close");
      assertThat(fresh.closed()).isTrue();
      begun.send("ver.b\r\n\r\n");
      assertThat(begun.answer().status()).isEqualTo(200);
      assertThat(begun.closed()).isTrue();
      Mesh.await(drained);
    }
  }

  private RawHttp2Client servedByHttp2() throws Exception {
    RawHttp2Client client = new RawHttp2Client(new Socket("127.0.0.1", mesh.outbound.getPort()));
    client.call(true, "GET", "/ok");
    assertThat(client.status(client.readAnswer())).isEqualTo("200");
    return client;
  }

  @Test
  void aNewConnectionThatSaysNothingDoesNotHoldUpADrain() throws Exception {
    try (RawClient silent = mesh.call()) {
      Mesh.eventually(() -> mesh.client.openConnections() == 1);
      Future<Void> drained = mesh.client.drain(Duration.ofMinutes(5));
      assertThat(silent.closed()).isTrue();
      Mesh.await(drained);
    }
  }

  @Test
  void drainingEndsAtItsDeadline() throws Exception {
    try (RawClient client = mesh.call()) {
      client.head("GET /hang HTTP/1.1", "Host: server.b");
      Mesh.eventually(() -> !mesh.app.seen().isEmpty());
      Mesh.await(mesh.client.drain(Duration.ofMillis(300)));
      assertThat(client.closed()).isTrue();
    }
  }

  @Test
  void aPortInUseIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0)) {
      HostPort address = new HostPort("127.0.0.1", taken.getLocalPort());
      DataPath path =
          new DataPath(
              mesh.vertx,
              new ProxySettings(
                  "n",
                  Mesh.DOMAIN,
                  List.of(
                      new WorkloadSettings(
                          Mesh.SERVER,
                          "server",
                          Map.of(),
                          null,
                          List.of(),
                          List.of(
                              new InboundPort(
                                  "web", 80, Protocol.HTTP, mesh.app.address(), address, null)))),
                  Limits.DEFAULTS,
                  false),
              new TestCredentials(),
              () -> KeySets.NONE,
              Crypto.jdk(),
              new SimpleMeterRegistry(),
              AccessLog.NONE,
              InstantSource.system(),
              new OwnListeners());
      assertThatThrownBy(() -> Mesh.await(path.open()))
          .hasMessageContaining(address.toString())
          .hasMessageContaining("ports[web].listen");
    }
  }

  @Test
  void connectMakesATunnelAndTakesNoDataBeforeItsAnswer() throws Exception {
    try (RawClient client = mesh.call()) {
      client.head("CONNECT server.b:80 HTTP/1.1", "Host: server.b:80");
      assertThat(client.headOnly()).startsWith("HTTP/1.1 200 ");
      assertThat(client.get("/ok", "inside").status()).isEqualTo(200);
    }
    int before = mesh.app.seen().size();
    try (RawClient client = mesh.call()) {
      client.send(
          String.join(
              "\r\n",
              "CONNECT server.b:80 HTTP/1.1",
              "Host: server.b:80",
              "",
              "GET /early HTTP/1.1",
              "Host: server.b",
              "",
              ""));
      assertThat(client.readAll()).doesNotContain("200");
    }
    assertThat(mesh.app.seen()).hasSize(before);
  }

  @Test
  void whatIsPipelinedAfterAConnectIsNoRequest() throws Exception {
    try (RawClient client = mesh.call()) {
      client.send(
          String.join(
              "\r\n",
              "GET /ok HTTP/1.1",
              "Host: server.b",
              "",
              "CONNECT server.b:80 HTTP/1.1",
              "Host: server.b:80",
              "",
              "GET /early HTTP/1.1",
              "Host: server.b",
              "",
              ""));
      assertThat(client.answer().status()).isEqualTo(200);
      assertThat(client.readAll()).doesNotContain("HTTP/1.1 200 OK");
    }
    assertThat(mesh.app.seen()).noneMatch(seen -> seen.line().contains("early"));
  }

  @Test
  void aConnectThatFailsIsAnswered() throws Exception {
    mesh.destinations(
        List.of(
            mesh.destination(
                "server",
                Set.of(Mesh.SERVER_ID),
                List.of(new Endpoint("127.0.0.1", unused(), true)))));
    try (RawClient client = mesh.call()) {
      client.head("CONNECT server.b:80 HTTP/1.1", "Host: server.b:80");
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.body()).contains("upstream_connect_failed");
    }
  }

  private static int unused() throws java.io.IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Test
  void anHttpProxyRequestIsRoutedByItsTarget() throws Exception {
    try (RawClient client = mesh.call()) {
      client.head("GET http://server.b.svc:80/p?q HTTP/1.1", "Host: elsewhere");
      assertThat(client.answer().status()).isEqualTo(200);
    }
    assertThat(mesh.app.last().line()).isEqualTo("GET /p?q HTTP/1.1");
    assertThat(mesh.app.last().values("host")).containsExactly("server.b.svc:80");
  }

  /** RFC 9112 section 3.2.4. */
  @Test
  void anHttpProxyRequestAboutTheServerAsAWholeStaysOne() throws Exception {
    try (RawClient client = mesh.call()) {
      client.head("OPTIONS http://server.b.svc:80 HTTP/1.1", "Host: elsewhere");
      assertThat(client.answer().status()).isEqualTo(200);
      client.head("OPTIONS http://server.b.svc:80/ HTTP/1.1", "Host: elsewhere");
      assertThat(client.answer().status()).isEqualTo(200);
    }
    assertThat(mesh.app.seen())
        .extracting(RecordingApp.Seen::line)
        .containsExactly("OPTIONS * HTTP/1.1", "OPTIONS / HTTP/1.1");
  }

  @Test
  void aPortOfItsOwnLeadsToItsServiceWhateverTheHost() throws Exception {
    try (RawClient client = new RawClient(mesh.outboundPort)) {
      assertThat(client.get("/ok", "whatever.example").status()).isEqualTo(200);
    }
  }

  @Test
  void aDestinationWithoutEndpointsIs503() throws Exception {
    mesh.destinations(List.of(mesh.destination("server", Set.of(Mesh.SERVER_ID), List.of())));
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(503);
    }
    assertThat(mesh.logged("source").flag()).isEqualTo("no_endpoint");
  }

  private java.math.BigInteger serial() {
    try (SSLSocket socket = mesh.tlsSocket(mesh.authority.issue(Mesh.CLIENT_ID), "istio")) {
      socket.startHandshake();
      return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
