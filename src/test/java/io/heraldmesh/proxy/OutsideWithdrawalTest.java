package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.OutsideAuthority;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.UpstreamTls;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A connection to a server outside of the mesh ends within a second when the rule by which it was
 * made asks for more than its server has proved, or when its certificate ends.
 */
@Timeout(60)
@SuppressWarnings("NullAway.Init") // each test starts its mesh
class OutsideWithdrawalTest {
  @TempDir Path folder;
  private final OutsideAuthority outside = new OutsideAuthority("outside");
  private final BlockingQueue<HttpServerRequest> held = new LinkedBlockingQueue<>();
  private final AtomicInteger connections = new AtomicInteger();
  private Path roots;
  private Path others;
  private Mesh mesh;

  /** What a rule says instead. */
  enum Change {
    OTHER_ROOTS {
      @Override
      UpstreamTls of(OutsideWithdrawalTest test) {
        return originated("server.test", Set.of(), test.others);
      }
    },
    NO_SUCH_FILE {
      @Override
      UpstreamTls of(OutsideWithdrawalTest test) {
        return originated("server.test", Set.of(), test.folder.resolve("missing.pem"));
      }
    },
    OTHER_NAMES {
      @Override
      UpstreamTls of(OutsideWithdrawalTest test) {
        return originated("server.test", Set.of("else.test"), test.roots);
      }
    },
    THE_NAME_THAT_IS_CALLED {
      @Override
      UpstreamTls of(OutsideWithdrawalTest test) {
        return originated(null, Set.of(), test.roots);
      }
    },
    MESH_TLS {
      @Override
      UpstreamTls of(OutsideWithdrawalTest test) {
        return new UpstreamTls.NamedMesh("server.test", Set.of(Mesh.SERVER_ID));
      }
    };

    abstract UpstreamTls of(OutsideWithdrawalTest test);
  }

  @BeforeEach
  void start() throws Exception {
    roots = outside.rootFile(folder.resolve("roots.pem"));
    others = new OutsideAuthority("other").rootFile(folder.resolve("others.pem"));
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  @ParameterizedTest
  @EnumSource
  void bytesEndWithWhatMadeTheirServerBelieved(Change change) throws Exception {
    try (SSLServerSocket echo = echo();
        RawClient client = piped(echo.getLocalPort(), first())) {
      closesInTime(client, () -> to(echo.getLocalPort(), change.of(this)));
    }
    Mesh.eventually(() -> mesh.log.stream().anyMatch(one -> one.flag().equals("withdrawn")));
  }

  @Test
  void bytesEndWithTheirServersCertificate() throws Exception {
    try (SSLServerSocket echo = echo();
        RawClient client = piped(echo.getLocalPort(), first())) {
      closesInTime(client, () -> mesh.clientAhead.set(Duration.ofDays(2)));
    }
  }

  @Test
  void bytesInTheClearEndWhenTheServerHasToProveWhoItIs() throws Exception {
    try (EchoApp app = new EchoApp();
        RawClient client = piped(app.address().port(), new UpstreamTls.Plaintext())) {
      closesInTime(client, () -> to(app.address().port(), new UpstreamTls.Mesh()));
    }
  }

  @Test
  void whatTheServerHasProvedAlreadyIsNoReasonToEnd() throws Exception {
    try (SSLServerSocket echo = echo();
        RawClient client = piped(echo.getLocalPort(), first())) {
      Path same = outside.rootFile(folder.resolve("same.pem"));
      to(echo.getLocalPort(), originated("other.test", Set.of("server.test", "x.test"), same));
      staysOpen(client);
      to(echo.getLocalPort(), new UpstreamTls.Plaintext());
      staysOpen(client);
    }
  }

  @ParameterizedTest
  @CsvSource({"HTTP, OTHER_ROOTS", "HTTP2, OTHER_ROOTS", "HTTP, MESH_TLS", "HTTP2, OTHER_NAMES"})
  void aRequestIsAnswered503(Protocol protocol, Change change) throws Exception {
    int port = served(protocol);
    try (RawClient client = mesh.call()) {
      client.head("GET /hang HTTP/1.1", "Host: server.b");
      assertThat(held.take().path()).isEqualTo("/hang");
      to(port, change.of(this));
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.body()).endsWith(": upstream_identity_refused");
    }
    Mesh.eventually(() -> connections.get() == 0);
  }

  @ParameterizedTest
  @EnumSource(
      value = Protocol.class,
      names = {"HTTP", "HTTP2"})
  void aRequestEndsWithTheCertificate(Protocol protocol) throws Exception {
    served(protocol);
    try (RawClient client = mesh.call()) {
      client.head("GET /hang HTTP/1.1", "Host: server.b");
      held.take();
      mesh.clientAhead.set(Duration.ofDays(2));
      assertThat(client.answer().status()).isEqualTo(503);
    }
    Mesh.eventually(() -> connections.get() == 0);
  }

  @ParameterizedTest
  @CsvSource({"HTTP, OTHER_ROOTS", "HTTP2, OTHER_ROOTS", "HTTP, MESH_TLS", "HTTP2, OTHER_NAMES"})
  void aConnectionThatWaitsInAPoolIsClosed(Protocol protocol, Change change) throws Exception {
    int port = served(protocol);
    used();
    to(port, change.of(this));
    Mesh.eventually(() -> connections.get() == 0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aPooledConnectionGoesAlsoWithItsDestination(boolean tls) throws Exception {
    if (tls) {
      served(Protocol.HTTP);
    } else {
      mesh = Mesh.ready();
      to(served(new HttpServerOptions()), new UpstreamTls.Plaintext());
    }
    used();
    mesh.destinations(List.of());
    Mesh.eventually(() -> connections.get() == 0);
  }

  private void used() throws Exception {
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
    }
    assertThat(connections.get()).isPositive();
  }

  private UpstreamTls first() {
    return originated("server.test", Set.of("server.test", "else.test"), roots);
  }

  private static UpstreamTls originated(@Nullable String sni, Set<String> names, Path roots) {
    return new UpstreamTls.Originated(sni, names, roots.toString(), null);
  }

  /** Bytes go to {@code port} and back. */
  private RawClient piped(int port, UpstreamTls tls) throws Exception {
    mesh = Mesh.ready(Mesh.Options.DEFAULT.tcp(new HostPort("127.0.0.1", 1)));
    to(port, tls);
    Mesh.eventually(
        () -> {
          try (RawClient client = new RawClient(mesh.outboundPort)) {
            return echoes(client);
          } catch (IOException e) {
            return false;
          }
        });
    RawClient client = new RawClient(mesh.outboundPort);
    assertThat(echoes(client)).isTrue();
    return client;
  }

  private static boolean echoes(RawClient client) {
    try {
      return new String(client.send("hello").read(5), StandardCharsets.US_ASCII).equals("hello");
    } catch (IOException e) {
      return false;
    }
  }

  private static void closesInTime(RawClient client, OneSecond.Change after) throws Exception {
    AtomicBoolean closed = new AtomicBoolean();
    Thread.startVirtualThread(() -> closed.set(client.closed()));
    OneSecond.after(after, () -> closed.get() ? "" : "the connection");
  }

  /** What must not happen is looked for during several ticks of the clock that would bring it. */
  private static void staysOpen(RawClient client) {
    long end = System.nanoTime() + Duration.ofMillis(700).toNanos();
    while (System.nanoTime() < end) {
      assertThat(echoes(client)).isTrue();
      LockSupport.parkNanos(5_000_000);
    }
  }

  private void to(int port, UpstreamTls tls) {
    mesh.destinations(
        List.of(
            mesh.destination(
                "server", Set.of(Mesh.SERVER_ID), List.of(new Endpoint("127.0.0.1", port, tls)))));
  }

  /** A service behind TLS that is called by now; it answers all but /hang. */
  private int served(Protocol protocol) throws Exception {
    mesh = Mesh.ready(Mesh.Options.DEFAULT.protocol(protocol));
    outside.issue("h", "server.test").write(folder.resolve("h.pem"), folder.resolve("h.key"));
    int port =
        served(
            new HttpServerOptions()
                .setSsl(true)
                .setUseAlpn(true)
                .setKeyCertOptions(
                    new PemKeyCertOptions()
                        .setCertPath(folder.resolve("h.pem").toString())
                        .setKeyPath(folder.resolve("h.key").toString())));
    to(port, first());
    Mesh.eventually(
        () -> {
          try (RawClient client = mesh.call()) {
            return client.get("/ok", "server.b").status() == 200;
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    return port;
  }

  private int served(HttpServerOptions options) throws Exception {
    HttpServer server =
        mesh.vertx
            .createHttpServer(options.setHost("127.0.0.1").setPort(0))
            .connectionHandler(
                connection -> {
                  connections.incrementAndGet();
                  connection.closeHandler(closed -> connections.decrementAndGet());
                })
            .requestHandler(
                request -> {
                  if (request.path().equals("/hang")) {
                    held.add(request);
                  } else {
                    request.response().end();
                  }
                });
    return Mesh.await(server.listen()).actualPort();
  }

  private SSLServerSocket echo() throws Exception {
    SSLServerSocket server =
        (SSLServerSocket)
            outside
                .issue("echo", "server.test")
                .serverContext()
                .getServerSocketFactory()
                .createServerSocket(0);
    Thread.startVirtualThread(
        () -> {
          while (!server.isClosed()) {
            try {
              SSLSocket socket = (SSLSocket) server.accept();
              Thread.startVirtualThread(() -> echo(socket));
            } catch (IOException e) {
              return;
            }
          }
        });
    return server;
  }

  private static void echo(SSLSocket socket) {
    try (socket) {
      socket.getInputStream().transferTo(socket.getOutputStream());
    } catch (IOException e) {
      // the client has gone
    }
  }
}
