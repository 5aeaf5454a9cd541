package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Balancing;
import io.heraldmesh.policy.Balancing.Method;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.OutlierDetection;
import io.heraldmesh.policy.Protocol;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A request goes to another endpoint when nothing of it can have been acted on, and only then. */
class RetryTest {
  private static final long REFUSED_STREAM = 7;
  private static final long CANCEL = 8;

  private final List<Socket> dead = new ArrayList<>();
  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    mesh = Mesh.ready();
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
    for (Socket socket : dead) {
      socket.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST"})
  void whereNobodyListensAnotherEndpointIsCalledWhateverTheMethod(String method) throws Exception {
    to(dead(), alive());
    for (int i = 0; i < 4; i++) {
      try (RawClient client = mesh.call()) {
        client.head(method + " /echo HTTP/1.1", "Host: server.b", "Content-Length: 4").send("abcd");
        RawClient.Answer answer = client.answer();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("abcd");
      }
    }
    assertThat(mesh.app.seen()).hasSize(4);
    assertThat(flags()).containsOnly("-", "retried").contains("retried");
  }

  /** Nothing of the request was sent, and nothing was refused. */
  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST"})
  void whereNobodyAnswersTheHandshakeAnotherEndpointIsCalled(String method) throws Exception {
    mesh.close();
    mesh =
        Mesh.ready(
            Mesh.Options.DEFAULT.limits(
                Limits.DEFAULTS.with(to -> to.connect(Duration.ofMillis(700)))));
    try (ServerSocket silent = new ServerSocket(0, 100, InetAddress.getLoopbackAddress())) {
      Endpoint alive = new Endpoint("127.0.0.1", mesh.inbound.getPort(), true);
      to(new Endpoint("127.0.0.1", silent.getLocalPort(), true), alive);
      for (int i = 0; i < 2; i++) {
        try (RawClient client = mesh.call()) {
          client
              .head(method + " /echo HTTP/1.1", "Host: server.b", "Content-Length: 4")
              .send("abcd");
          assertThat(client.answer().status()).isEqualTo(200);
        }
      }
    }
    assertThat(flags()).containsExactlyInAnyOrder("-", "retried");
  }

  @Test
  void whereNobodyListensAnywhereItIs503() throws Exception {
    to(dead(), dead(), dead(), dead());
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(503);
    }
    assertThat(flags()).containsExactly("upstream_connect_failed");
  }

  @Test
  void aServerThatMayHaveSeenTheRequestIsNotFollowedByAnother() throws Exception {
    try (RecordingApp other = new RecordingApp()) {
      to(alive(), new Endpoint("127.0.0.1", other.address().port(), false));
      try (RawClient client = mesh.call()) {
        assertThat(client.get("/drop", "server.b").status()).isEqualTo(503);
      }
      assertThat(mesh.app.seen().size() + other.seen().size()).isEqualTo(1);
      assertThat(flags()).containsExactly("upstream_reset");
    }
  }

  @Test
  void aRefusedStreamIsTriedAtAnotherEndpoint() throws Exception {
    http2();
    AtomicInteger refused = new AtomicInteger();
    AtomicInteger served = new AtomicInteger();
    to(resetting(REFUSED_STREAM, refused), resetting(-1, served));
    for (int i = 0; i < 4; i++) {
      assertThat(post("")).isEqualTo(200);
    }
    assertThat(served).hasValue(4);
    assertThat(refused.get()).isPositive();
    assertThat(flags()).contains("retried");
  }

  @Test
  void threeTimesAndNoMore() throws Exception {
    http2();
    AtomicInteger refused = new AtomicInteger();
    to(resetting(REFUSED_STREAM, refused));
    assertThat(post("")).isEqualTo(503);
    assertThat(refused).hasValue(3);
    assertThat(flags()).containsExactly("upstream_reset");
  }

  /** It would be left out at its first failure, and the next one asked instead. */
  @Test
  void anEndpointThatDidNotLookAtARequestHasNotFailed() throws Exception {
    http2();
    AtomicInteger refused = new AtomicInteger();
    AtomicInteger served = new AtomicInteger();
    to(leftOutAtOnce(), resetting(REFUSED_STREAM, refused), resetting(-1, served));
    for (int i = 0; i < 8; i++) {
      assertThat(post("")).isEqualTo(200);
    }
    assertThat(served).hasValue(8);
    assertThat(refused.get()).as("asked again and again").isGreaterThan(1);
  }

  @Test
  void anEndpointWhereNobodyListensHasFailed() throws Exception {
    to(leftOutAtOnce(), dead(), alive());
    for (int i = 0; i < 8; i++) {
      try (RawClient client = mesh.call()) {
        assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
      }
    }
    assertThat(flags()).filteredOn("retried"::equals).hasSize(1);
  }

  @Test
  void aStreamThatWasResetOtherwiseIsNotTriedAgain() throws Exception {
    http2();
    AtomicInteger reset = new AtomicInteger();
    to(resetting(CANCEL, reset), resetting(CANCEL, reset));
    assertThat(post("")).isEqualTo(503);
    assertThat(reset).hasValue(1);
  }

  @Test
  void retriesThatAreMoreThanMayBeAreNotMade() throws Exception {
    to(new Balancing(Method.ROUND_ROBIN, null, Integer.MAX_VALUE, 0), dead(), alive());
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(503);
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
    }
    assertThat(flags()).containsExactly("upstream_connect_failed", "-");
  }

  private void http2() throws Exception {
    mesh.close();
    mesh = Mesh.ready(Mesh.Options.DEFAULT.protocol(Protocol.HTTP2));
  }

  private int post(String body) throws Exception {
    try (RawClient client = mesh.call()) {
      client
          .head("POST /x HTTP/1.1", "Host: server.b", "Content-Length: " + body.length())
          .send(body);
      return client.answer().status();
    }
  }

  /** An HTTP/2 server that resets each stream; -1: it answers. */
  private Endpoint resetting(long code, AtomicInteger requests) throws Exception {
    HttpServer server =
        mesh.vertx
            .createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0))
            .requestHandler(
                request -> {
                  requests.incrementAndGet();
                  if (code < 0) {
                    request.response().end("ok");
                  } else {
                    request.response().reset(code);
                  }
                });
    return new Endpoint("127.0.0.1", Mesh.await(server.listen()).actualPort(), false);
  }

  private Endpoint alive() {
    return new Endpoint("127.0.0.1", mesh.app.address().port(), false);
  }

  /** An address that stays taken, and where nobody listens. */
  private Endpoint dead() throws Exception {
    Socket bound = new Socket();
    bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    dead.add(bound);
    return new Endpoint("127.0.0.1", bound.getLocalPort(), false);
  }

  private static Balancing leftOutAtOnce() {
    return new Balancing(
        Method.ROUND_ROBIN,
        new OutlierDetection(1, 1, Duration.ofMillis(1), Duration.ofMinutes(10), 100, 0),
        Integer.MAX_VALUE,
        Integer.MAX_VALUE);
  }

  private void to(Endpoint... endpoints) {
    to(new Balancing(Method.ROUND_ROBIN, null, Integer.MAX_VALUE, Integer.MAX_VALUE), endpoints);
  }

  private void to(Balancing balancing, Endpoint... endpoints) {
    Destination server = mesh.destination("server", Set.of(Mesh.SERVER_ID), List.of(endpoints));
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

  private List<String> flags() {
    return sources().toList();
  }

  private Stream<String> sources() {
    return mesh.log.stream().filter(e -> e.reporter().equals("source")).map(e -> e.flag());
  }
}
