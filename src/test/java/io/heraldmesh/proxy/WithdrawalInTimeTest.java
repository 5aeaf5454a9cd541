package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.policy.AuthenticationPolicies;
import io.heraldmesh.policy.AuthorizationPolicy;
import io.heraldmesh.policy.AuthorizationPolicy.Action;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.policy.PathNormalization;
import io.heraldmesh.policy.WorkloadPolicy;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A connection between proxies whose identity, trust or permission was withdrawn is closed within a
 * second after that is in force, whatever is spoken on it, idle or not, and from whichever side.
 */
@Timeout(120)
class WithdrawalInTimeTest {
  private static final String SWITCHED =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
  private static final String BEGUN = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
  private static final String GRPC_BEGUN =
      "HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\nContent-Length: 100\r\n\r\nhalf";

  /** What is taken away. */
  enum Withdrawn {
    PERMISSION {
      @Override
      void from(Mesh mesh, InetSocketAddress server, AtomicReference<Duration> ahead) {
        mesh.policy(
            MtlsMode.STRICT,
            new AuthorizationPolicy("b", "nobody", Action.ALLOW, false, List.of(), null));
      }
    },
    ROOT_OF_THE_CALLER {
      @Override
      void from(Mesh mesh, InetSocketAddress server, AtomicReference<Duration> ahead) {
        TestAuthority next = new TestAuthority("next");
        mesh.serverCredentials.set(
            next.issue(Mesh.SERVER_ID), Map.of(Mesh.DOMAIN, List.of(next.root())));
      }
    },
    TRUST_DOMAIN_OF_THE_CALLER {
      @Override
      void from(Mesh mesh, InetSocketAddress server, AtomicReference<Duration> ahead) {
        mesh.server.apply(
            new NodeSnapshot(
                "server",
                List.of(
                    new WorkloadPolicy(
                        Mesh.SERVER,
                        Mesh.SERVER.name(),
                        MtlsMode.STRICT,
                        Map.of(),
                        List.of(),
                        List.of(),
                        PathNormalization.BASE,
                        List.of(new TrustDomain("other.test")),
                        AuthenticationPolicies.NONE)),
                List.of()));
      }
    },
    CERTIFICATES {
      @Override
      void from(Mesh mesh, InetSocketAddress server, AtomicReference<Duration> ahead) {
        ahead.set(Duration.ofDays(2));
      }
    },
    ROOT_OF_THE_SERVER {
      @Override
      void from(Mesh mesh, InetSocketAddress server, AtomicReference<Duration> ahead) {
        TestAuthority next = new TestAuthority("next");
        mesh.clientCredentials.set(
            next.issue(Mesh.CLIENT_ID), Map.of(Mesh.DOMAIN, List.of(next.root())));
      }
    },
    IDENTITY_OF_THE_SERVER {
      @Override
      void from(Mesh mesh, InetSocketAddress server, AtomicReference<Duration> ahead) {
        destination(mesh, server, SpiffeId.workload(Mesh.DOMAIN, "b", "second"));
      }
    },
    DESTINATION {
      @Override
      void from(Mesh mesh, InetSocketAddress server, AtomicReference<Duration> ahead) {
        mesh.destinations(List.of());
      }
    };

    abstract void from(Mesh mesh, InetSocketAddress server, AtomicReference<Duration> ahead);

    /** The client's node has to act, and a client without one would not. */
    boolean atTheClient() {
      return compareTo(ROOT_OF_THE_SERVER) >= 0;
    }
  }

  @ParameterizedTest
  @EnumSource(Withdrawn.class)
  void everyConnectionThroughBothProxiesIsClosed(Withdrawn withdrawn) throws Exception {
    AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    try (Mesh mesh = Mesh.ready(Mesh.Options.DEFAULT.clock(() -> Instant.now().plus(ahead.get())));
        Wire wire = new Wire(mesh.inbound);
        Clients clients = new Clients(mesh, () -> plain(mesh.outbound))) {
      destination(mesh, wire.address(), Mesh.SERVER_ID);
      clients.openAll();
      assertThat(wire.open()).isGreaterThanOrEqualTo(5);
      OneSecond.after(() -> withdrawn.from(mesh, wire.address(), ahead), () -> left(wire));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Withdrawn.class,
      names = {"PERMISSION", "ROOT_OF_THE_CALLER", "TRUST_DOMAIN_OF_THE_CALLER", "CERTIFICATES"})
  void everyConnectionOfACallerIsClosedWhateverItsOwnProxyDoes(Withdrawn withdrawn)
      throws Exception {
    AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    try (Mesh mesh = Mesh.ready(Mesh.Options.DEFAULT.clock(() -> Instant.now().plus(ahead.get())));
        Wire wire = new Wire(mesh.inbound);
        Clients clients =
            new Clients(
                mesh,
                () ->
                    Mesh.tlsSocket(
                        wire.address(), mesh.authority.issue(Mesh.CLIENT_ID), "istio", "h2"),
                () ->
                    Mesh.tlsSocket(
                        wire.address(), mesh.authority.issue(Mesh.CLIENT_ID), "istio"))) {
      clients.openAll();
      assertThat(wire.open()).isEqualTo(Clients.KINDS);
      OneSecond.after(() -> withdrawn.from(mesh, wire.address(), ahead), () -> left(wire));
    }
  }

  @ParameterizedTest
  @EnumSource(Withdrawn.class)
  void everyTunnelIsClosed(Withdrawn withdrawn) throws Exception {
    AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    try (EchoApp app = new EchoApp();
        Mesh mesh =
            Mesh.ready(
                Mesh.Options.DEFAULT
                    .tcp(app.address())
                    .clock(() -> Instant.now().plus(ahead.get())));
        Wire wire = new Wire(mesh.inbound);
        RawClient straight =
            new RawClient(
                Mesh.tlsSocket(
                    withdrawn.atTheClient() ? mesh.inbound : wire.address(),
                    mesh.authority.issue(Mesh.CLIENT_ID),
                    "istio"))) {
      destination(mesh, wire.address(), Mesh.SERVER_ID);
      try (RawClient tcp = new RawClient(mesh.outboundPort);
          RawClient connect = new RawClient(mesh.outbound)) {
        echo(straight);
        echo(tcp);
        connect.head("CONNECT server.b:80 HTTP/1.1", "Host: server.b:80");
        assertThat(connect.headOnly()).startsWith("HTTP/1.1 200 ");
        echo(connect);
        assertThat(wire.open()).isEqualTo(withdrawn.atTheClient() ? 2 : 3);
        OneSecond.after(() -> withdrawn.from(mesh, wire.address(), ahead), () -> left(wire));
      }
    }
  }

  @Test
  void plainTextAndForeignTlsAreClosedWhenThePortBecomesStrict() throws Exception {
    try (Mesh mesh = Mesh.ready();
        Wire wire = new Wire(mesh.inbound)) {
      mesh.policy(MtlsMode.PERMISSIVE);
      try (Clients clients = new Clients(mesh, () -> plain(wire.address()))) {
        clients.openAll();
        int before = mesh.app.connections();
        SSLSocket foreign = Mesh.tlsSocket(wire.address(), null, "h2");
        Thread.startVirtualThread(() -> handshake(foreign));
        Mesh.eventually(() -> mesh.app.connections() > before);
        assertThat(wire.open()).isEqualTo(Clients.KINDS + 1);
        OneSecond.after(() -> mesh.policy(MtlsMode.STRICT), () -> left(wire));
      }
    }
  }

  /** A client that reads nothing must not put it off: what is on its way to it is lost. */
  @Test
  void aClientThatDoesNotReadIsClosedToo() throws Exception {
    try (Mesh mesh = Mesh.ready();
        RawClient client = mesh.meshClient(mesh.authority.issue(Mesh.CLIENT_ID), "istio")) {
      client.head("GET /big?50000000 HTTP/1.1", "Host: server.b");
      assertThat(client.headOnly()).startsWith("HTTP/1.1 200 ");
      assertThat(mesh.server.openConnections()).isEqualTo(1);
      OneSecond.after(
          () -> Withdrawn.PERMISSION.from(mesh, mesh.outbound, new AtomicReference<>()),
          () -> mesh.server.openConnections() == 0 ? "" : "the connection");
    }
  }

  /** Permission that a connection never had is no reason to close it: its requests are refused. */
  @Test
  void whoeverWasNeverAllowedAnythingIsAnsweredOnAndOn() throws Exception {
    try (Mesh mesh = Mesh.ready()) {
      Withdrawn.PERMISSION.from(mesh, mesh.outbound, new AtomicReference<>());
      try (RawClient client = mesh.meshClient(mesh.authority.issue(Mesh.CLIENT_ID), "istio")) {
        for (int i = 0; i < 3; i++) {
          assertThat(client.get("/ok", "server.b").status()).isEqualTo(403);
          Withdrawn.PERMISSION.from(mesh, mesh.outbound, new AtomicReference<>());
        }
      }
    }
  }

  /** The service never answers; it is no TLS server. */
  private static void handshake(SSLSocket client) {
    try (client) {
      client.startHandshake();
    } catch (IOException e) {
      // as expected
    }
  }

  private static String left(Wire wire) {
    return wire.open() == 0 ? "" : wire.open() + " connections";
  }

  private static Socket plain(InetSocketAddress address) throws Exception {
    return new Socket(address.getAddress(), address.getPort());
  }

  private static void destination(Mesh mesh, InetSocketAddress at, SpiffeId server) {
    mesh.destinations(
        List.of(
            mesh.destination(
                "server", Set.of(server), List.of(new Endpoint("127.0.0.1", at.getPort(), true)))));
  }

  private static void echo(RawClient client) throws Exception {
    client.send("one");
    assertThat(client.read(3)).hasSize(3);
  }

  /** Everything that speaks HTTP, in every state that it may be in for long. */
  private static final class Clients implements AutoCloseable {
    static final int KINDS = 7;

    private final List<AutoCloseable> all = new ArrayList<>();
    private final Mesh mesh;
    private final Connect http2;
    private final Connect http1;

    /** Opens a connection. */
    interface Connect {
      Socket open() throws Exception;
    }

    Clients(Mesh mesh, Connect any) {
      this(mesh, any, any);
    }

    Clients(Mesh mesh, Connect http2, Connect http1) {
      this.mesh = mesh;
      this.http2 = http2;
      this.http1 = http1;
    }

    void openAll() throws Exception {
      RawHttp2Client call = http2();
      mesh.app.rawAnswer(GRPC_BEGUN);
      call.call(true, "POST", "/raw", "content-type", "application/grpc", "te", "trailers");
      assertThat(call.status(call.readAnswer())).isEqualTo("200");

      RawHttp2Client waiting = http2();
      waiting.call(true, "GET", "/hang");
      seen(2);

      RawHttp2Client idle = http2();
      idle.call(true, "GET", "/ok");
      assertThat(idle.status(idle.readAnswer())).isEqualTo("200");

      RawClient http1Waiting = http1();
      http1Waiting.head("GET /hang HTTP/1.1", "Host: server.b");
      seen(4);

      RawClient begun = http1();
      mesh.app.rawAnswer(BEGUN);
      begun.head("GET /raw HTTP/1.1", "Host: server.b");
      assertThat(begun.headOnly()).startsWith("HTTP/1.1 200 ");

      RawClient webSocket = http1();
      mesh.app.rawAnswer(SWITCHED);
      webSocket.head(
          "GET /raw HTTP/1.1",
          "Host: server.b",
          "Connection: Upgrade",
          "Upgrade: websocket",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
      assertThat(webSocket.headOnly()).startsWith("HTTP/1.1 101 ");

      RawClient http1Idle = http1();
      assertThat(http1Idle.get("/ok", "server.b").status()).isEqualTo(200);
    }

    private void seen(int requests) {
      Mesh.eventually(() -> mesh.app.seen().size() == requests);
    }

    private RawHttp2Client http2() throws Exception {
      RawHttp2Client client = new RawHttp2Client(http2.open());
      all.add(client);
      return client;
    }

    private RawClient http1() throws Exception {
      RawClient client = new RawClient(http1.open());
      all.add(client);
      return client;
    }

    @Override
    public void close() throws Exception {
      for (AutoCloseable one : all) {
        one.close();
      }
    }
  }
}
