package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.OutsideAuthority;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.UpstreamTls;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each endpoint in the mode that was resolved for it, in every protocol, and why it failed. */
class UpstreamModesTest {
  @TempDir Path folder;
  private final OutsideAuthority outside = new OutsideAuthority("outside");
  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    mesh = Mesh.ready();
  }

  private void restart(Mesh.Options options) throws Exception {
    mesh.close();
    mesh = Mesh.ready(options);
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  @Test
  void plainTextToAStrictServerIs503AndTheLogSaysInWhichModeItWasCalled() throws Exception {
    mesh.destination(Set.of(Mesh.SERVER_ID), false);
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/x", "server.b").status()).isEqualTo(503);
    }
    assertThat(mesh.app.connections()).isZero();
    assertThat(mesh.logged("source").flag()).isEqualTo("upstream_reset");
    assertThat(mesh.logged("source").reason().detail())
        .contains("127.0.0.1:" + mesh.inbound.getPort() + " in plain text: closed");
    assertThat(mesh.logged("destination").reason().code()).isEqualTo("mtls_required");
  }

  @Test
  void meshTlsToAServerWithoutItIs503AndNoByteReachesIt() throws Exception {
    to(mesh.app.address(), new UpstreamTls.Mesh());
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/x", "server.b").status()).isEqualTo(503);
    }
    assertThat(mesh.app.seen()).isEmpty();
    assertThat(mesh.logged("source").flag()).isEqualTo("upstream_tls_failed");
    assertThat(mesh.logged("source").reason().detail()).contains("by mesh TLS");
  }

  @Test
  void twoModesOfOneAddressShareNoConnection() throws Exception {
    mesh.policy(MtlsMode.PERMISSIVE);
    try (RawClient client = mesh.call()) {
      for (int round = 0; round < 3; round++) {
        mesh.destination(Set.of(Mesh.SERVER_ID), true);
        client.get("/x", "server.b");
        assertThat(mesh.app.last().values("x-forwarded-client-cert")).hasSize(1);
        mesh.destination(Set.of(Mesh.SERVER_ID), false);
        client.get("/x", "server.b");
        assertThat(mesh.app.last().values("x-forwarded-client-cert")).isEmpty();
      }
    }
  }

  @Test
  void namesOfARuleReplaceThoseOfTheDestination() throws Exception {
    SpiffeId other = SpiffeId.workload(Mesh.DOMAIN, "b", "other");
    HostPort server = new HostPort("127.0.0.1", mesh.inbound.getPort());
    mesh.destinations(
        List.of(
            mesh.destination(
                "server",
                Set.of(other),
                List.of(
                    new Endpoint(
                        server.host(),
                        server.port(),
                        new UpstreamTls.NamedMesh("gate.test", Set.of(Mesh.SERVER_ID)))))));
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/x", "server.b").status()).isEqualTo(200);
    }
    to(server, new UpstreamTls.NamedMesh("gate.test", Set.of()));
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/x", "server.b").status()).as("nobody").isEqualTo(503);
    }
    assertThat(mesh.logged("source").flag()).isEqualTo("upstream_identity_refused");
  }

  @Test
  void aNamedServersStreamOutlivesAChangeOfTheSnapshot() throws Exception {
    HostPort server = new HostPort("127.0.0.1", mesh.inbound.getPort());
    UpstreamTls tls = new UpstreamTls.NamedMesh("gate.test", Set.of(Mesh.SERVER_ID));
    to(server, tls);
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/x", "server.b").status()).isEqualTo(200);
      int connection = mesh.app.last().connection();
      to(server, tls);
      assertThat(client.get("/x", "server.b").status()).isEqualTo(200);
      assertThat(mesh.app.last().connection()).isEqualTo(connection);
    }
  }

  @Test
  void bytesGoThroughTlsToAServerOutside() throws Exception {
    try (SSLServerSocket echo = echo(outside.issue("echo", "server.test"))) {
      restart(Mesh.Options.DEFAULT.tcp(new HostPort("127.0.0.1", 1)));
      to(new HostPort("127.0.0.1", echo.getLocalPort()), simple("server.test"));
      Mesh.eventually(() -> echoes("hello"));
      to(new HostPort("127.0.0.1", echo.getLocalPort()), simple("else.test"));
      assertThat(echoes("hello")).as("a server of another name").isFalse();
    }
    assertThat(mesh.logged("source").flag()).isEqualTo("upstream_identity_refused");
    assertThat(mesh.logged("source").reason().detail()).contains("other_name");
  }

  @Test
  void aConnectionToAServerOutsideEndsWithTheRootThatMadeItBelieved() throws Exception {
    Path roots = folder.resolve("roots.pem");
    try (SSLServerSocket echo = echo(outside.issue("echo", "server.test"))) {
      restart(Mesh.Options.DEFAULT.tcp(new HostPort("127.0.0.1", 1)));
      to(new HostPort("127.0.0.1", echo.getLocalPort()), simple("server.test"));
      Mesh.eventually(() -> echoes("hello"));
      try (RawClient client = new RawClient(mesh.outboundPort)) {
        assertThat(client.send("one").read(3)).hasSize(3);
        new OutsideAuthority("other").rootFile(roots);
        assertThat(client.closed()).isTrue();
      }
    }
  }

  @Test
  void http2GoesThroughTlsToAServerOutside() throws Exception {
    restart(Mesh.Options.DEFAULT.protocol(Protocol.HTTP2));
    outside.issue("h2", "server.test").write(folder.resolve("h2.pem"), folder.resolve("h2.key"));
    Set<Object> connections = new HashSet<>();
    HttpServer server =
        mesh.vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setSsl(true)
                    .setUseAlpn(true)
                    .setHost("127.0.0.1")
                    .setPort(0)
                    .setKeyCertOptions(
                        new PemKeyCertOptions()
                            .setCertPath(folder.resolve("h2.pem").toString())
                            .setKeyPath(folder.resolve("h2.key").toString())))
            .requestHandler(
                request -> {
                  connections.add(request.connection());
                  request.response().end(String.valueOf(request.version()));
                });
    int port = Mesh.await(server.listen()).actualPort();
    to(new HostPort("127.0.0.1", port), simple("server.test"));
    Mesh.eventually(() -> body().equals("HTTP_2"));
    int before = connections.size();
    assertThat(body()).isEqualTo("HTTP_2");
    assertThat(connections.size()).as("shared by event loop").isBetween(before, 2);
  }

  private void to(HostPort address, UpstreamTls tls) {
    mesh.destinations(
        List.of(
            mesh.destination(
                "server",
                Set.of(Mesh.SERVER_ID),
                List.of(new Endpoint(address.host(), address.port(), tls)))));
  }

  private UpstreamTls simple(String name) throws IOException {
    Path roots = outside.rootFile(folder.resolve("roots.pem"));
    return new UpstreamTls.Originated(name, Set.of(), roots.toString(), null);
  }

  private String body() {
    try (RawClient client = mesh.call()) {
      return client.get("/x", "server.b").body();
    } catch (Exception e) {
      return e.toString();
    }
  }

  private boolean echoes(String text) {
    try (RawClient client = new RawClient(mesh.outboundPort)) {
      byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
      return new String(client.send(bytes).read(bytes.length), StandardCharsets.US_ASCII)
          .equals(text);
    } catch (IOException e) {
      return false;
    }
  }

  private static SSLServerSocket echo(OutsideAuthority.Issued own) throws Exception {
    SSLServerSocket server =
        (SSLServerSocket) own.serverContext().getServerSocketFactory().createServerSocket(0);
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
