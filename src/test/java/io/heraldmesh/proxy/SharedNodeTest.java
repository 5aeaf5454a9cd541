package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.credentials.Credential;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.log.AccessLog;
import io.heraldmesh.proxy.upstream.OwnListeners;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Two workloads of one node call the same service at the same time, over the same event loops:
 * every request arrives as its own caller's.
 */
@Timeout(120)
class SharedNodeTest {
  private static final List<String> NAMES = List.of("client", "other");
  private static final int CLIENTS = 6;
  private static final int REQUESTS = 60;
  private static final int ROTATIONS = 3;

  /** What the service is declared as, and whether HTTP/1.1 requests share connections to it. */
  @ParameterizedTest
  @CsvSource({"HTTP, DO_NOT_UPGRADE", "HTTP, UPGRADE", "HTTP, DEFAULT", "HTTP2, DEFAULT"})
  void noRequestArrivesAsTheOtherWorkloads(Protocol protocol, String upgrade) throws Exception {
    Vertx vertx = Vertx.vertx();
    Map<String, Integer> arrived = new ConcurrentHashMap<>();
    HttpServer app =
        vertx
            .createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0))
            .requestHandler(
                request -> {
                  arrived.merge(caller(request), 1, Integer::sum);
                  request.response().end(caller(request));
                });
    HostPort address = new HostPort("127.0.0.1", Mesh.await(app.listen()).actualPort());
    try (Mesh mesh = Mesh.ready(Mesh.Options.DEFAULT.protocol(protocol).service(address))) {
      TestCredentials credentials = new TestCredentials();
      DataPath node = node(mesh, credentials);
      List<Bound> listeners = Mesh.await(node.open());
      issue(mesh, credentials);
      node.apply(snapshot(mesh, protocol, upgrade));
      Mesh.eventually(node::inForce);
      load(mesh, credentials, listeners);
      Mesh.await(node.drain(Duration.ofMillis(50)));
    } finally {
      Mesh.await(vertx.close());
    }
    assertThat(arrived)
        .isEqualTo(Map.of(id("client"), CLIENTS * REQUESTS, id("other"), CLIENTS * REQUESTS));
  }

  /** All clients at once, while the leaves of both change. */
  private static void load(Mesh mesh, TestCredentials credentials, List<Bound> listeners)
      throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Void>> running = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        for (Bound listener : listeners) {
          running.add(threads.submit(client(listener)));
        }
      }
      for (int i = 0; i < ROTATIONS; i++) {
        issue(mesh, credentials);
      }
      for (Future<Void> client : running) {
        client.get(60, TimeUnit.SECONDS);
      }
    }
  }

  /** Requests one after the other on one connection, each answered with who it came from. */
  private static Callable<Void> client(Bound listener) {
    InetSocketAddress address = listener.address();
    String expected = id(Objects.requireNonNull(listener.workload()).name());
    return () -> {
      try (RawClient client = new RawClient(address)) {
        for (int i = 0; i < REQUESTS; i++) {
          RawClient.Answer answer = client.get("/", "server.b");
          assertThat(answer.status()).as(answer.body()).isEqualTo(200);
          assertThat(answer.body()).isEqualTo(expected);
        }
      }
      return null;
    };
  }

  /** Whose certificate the server's proxy was shown. */
  private static String caller(HttpServerRequest request) {
    String shown = request.getHeader(ForwardedClientCert.HEADER);
    return shown.substring(shown.lastIndexOf("URI=") + "URI=".length());
  }

  private static DataPath node(Mesh mesh, TestCredentials credentials) {
    return new DataPath(
        mesh.vertx,
        new ProxySettings(
            "shared",
            Mesh.DOMAIN,
            NAMES.stream().map(SharedNodeTest::workload).toList(),
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

  private static WorkloadSettings workload(String name) {
    return new WorkloadSettings(
        new Workload("a", name),
        name,
        Map.of(),
        ListenAddress.parse("127.0.0.1:0"),
        List.of(),
        List.of());
  }

  private static NodeSnapshot snapshot(Mesh mesh, Protocol protocol, String upgrade) {
    return new NodeSnapshot(
        "shared",
        NAMES.stream()
            .map(name -> Mesh.workloadPolicy(new Workload("a", name), MtlsMode.STRICT))
            .toList(),
        List.of(
            new Ruled(mesh)
                .destination(
                    "{connectionPool: {http: {h2UpgradePolicy: " + upgrade + "}}}",
                    protocol,
                    new Endpoint("127.0.0.1", mesh.inbound.getPort(), true))));
  }

  private static void issue(Mesh mesh, TestCredentials credentials) {
    List<Credential> leaves =
        NAMES.stream()
            .map(name -> mesh.authority.issue(SpiffeId.workload(Mesh.DOMAIN, "a", name)))
            .toList();
    credentials.set(leaves, Map.of(Mesh.DOMAIN, List.of(mesh.authority.root())));
  }

  private static String id(String name) {
    return SpiffeId.workload(Mesh.DOMAIN, "a", name).toString();
  }
}
