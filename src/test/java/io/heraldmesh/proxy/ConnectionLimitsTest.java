package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.Protocol;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a rule says of each connection to its destination. */
class ConnectionLimitsTest {
  private static final String TWO_REQUESTS =
      "{connectionPool: {http: {maxRequestsPerConnection: 2}}}";

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
  void aConnectionCarriesNoMoreRequestsThanItMay() throws Exception {
    new Ruled(mesh).by(TWO_REQUESTS, Ruled.plain(mesh.app.address().port()));
    List<Integer> connections = new ArrayList<>();
    try (RawClient client = mesh.call()) {
      for (int i = 0; i < 6; i++) {
        assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
        connections.add(mesh.app.last().connection());
      }
    }
    assertThat(connections).containsExactly(1, 1, 2, 2, 3, 3);
  }

  @Test
  void anHttp2ConnectionCarriesNoMoreStreamsThanItMay() throws Exception {
    restart(Mesh.Options.DEFAULT.protocol(Protocol.HTTP2));
    List<Object> connections = new CopyOnWriteArrayList<>();
    HttpServer server =
        mesh.vertx
            .createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0))
            .requestHandler(
                request -> {
                  connections.add(request.connection());
                  request.response().end("ok");
                });
    new Ruled(mesh).by(TWO_REQUESTS, Ruled.plain(Mesh.await(server.listen()).actualPort()));
    try (RawClient client = mesh.call()) {
      for (int i = 0; i < 6; i++) {
        assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
      }
    }
    assertThat(connections).hasSize(6);
    assertThat(Set.copyOf(connections)).hasSize(3);
    assertThat(connections.get(0)).isSameAs(connections.get(1));
  }

  /** The proxy's own limit would outlast the client's patience. */
  @Test
  void aServerThatDoesNotAnswerIsGivenUpInTheRulesTime() throws Exception {
    restart(
        Mesh.Options.DEFAULT.limits(Limits.DEFAULTS.with(to -> to.connect(Duration.ofMinutes(1)))));
    try (ServerSocket silent = new ServerSocket(0)) {
      new Ruled(mesh)
          .by(
              "{connectionPool: {tcp: {connectTimeout: 100ms}}}",
              new Endpoint("127.0.0.1", silent.getLocalPort(), true));
      try (RawClient client = mesh.call()) {
        assertThat(client.get("/ok", "server.b").status()).isEqualTo(503);
      }
    }
    assertThat(mesh.logged("source").flag()).isEqualTo("upstream_tls_failed");
  }

  private void restart(Mesh.Options options) throws Exception {
    mesh.close();
    mesh = Mesh.ready(options);
  }
}
