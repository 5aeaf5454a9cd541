package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heraldmesh.Await;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.jwks.KeySetService;
import io.heraldmesh.jwks.KeySetSettings;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.log.AccessLog;
import io.heraldmesh.proxy.upstream.OwnListeners;
import io.heraldmesh.tls.NativeTransport;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.LinuxSocket;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node that is stopped takes its leave, unless who connects meanwhile waits for the next one. */
@Timeout(60)
class LeavingNodeTest {
  private static final Workload WEB = new Workload("a", "web");
  private static final SpiffeId WEB_ID = SpiffeId.workload(Mesh.DOMAIN, "a", "web");
  private static final ListenAddress OWN = ListenAddress.parse("127.0.0.1:0");

  /** Only named here; nothing is opened with it. */
  private static final ListenAddress KEPT = new ListenAddress(OWN.address(), 3);

  /** As a node has it: no other transport takes a socket that was passed. */
  private final Vertx vertx = NativeTransport.builder(new VertxOptions()).build();

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final KeySetService keys =
      new KeySetService(
          vertx, KeySetSettings.DEFAULTS, meters, InstantSource.system(), new Random(1));
  private final TestCredentials credentials = new TestCredentials();
  private final HandedPolicy source =
      new HandedPolicy(
          new NodeSnapshot("n1", List.of(Mesh.workloadPolicy(WEB, MtlsMode.STRICT)), List.of()));

  @AfterEach
  void stop() {
    Await.result(vertx.close());
  }

  @Test
  void oneThatNobodyCallsTakesItsLeave() {
    startAndStop(node(null));
    assertThat(source.announced())
        .as("it need not be announced again to be called by nobody")
        .singleElement()
        .matches(workload -> workload.ready());
    assertThat(source.left()).isTrue();
  }

  @Test
  void oneWhosePortEndsWithItTakesItsLeave() {
    startAndStop(node(null, OWN));
    assertThat(source.left()).isTrue();
  }

  @Test
  void oneWhoseSocketsAreKeptDoesNotSoThatItIsCalledOn() throws IOException {
    assumeTrue(Epoll.isAvailable());
    LinuxSocket passed = LinuxSocket.newSocketStream();
    passed.bind(new InetSocketAddress("127.0.0.1", 0));
    passed.listen(100);
    startAndStop(
        node(
            null,
            new ListenAddress(
                new HostPort("127.0.0.1", passed.localAddress().getPort()), passed.intValue())));
    assertThat(source.left()).isFalse();
  }

  @Test
  void socketsAreKeptWhenThereAreSomeAndAllAre() {
    assertThat(node(null).keptOpen()).isFalse();
    assertThat(node(null, KEPT).keptOpen()).isTrue();
    assertThat(node(KEPT).keptOpen()).isTrue();
    assertThat(node(KEPT, KEPT, KEPT).keptOpen()).isTrue();
    assertThat(node(null, KEPT, OWN).keptOpen()).isFalse();
    assertThat(node(OWN, KEPT).keptOpen()).isFalse();
    assertThat(node(KEPT, OWN).keptOpen()).isFalse();
  }

  private void startAndStop(ProxySettings settings) {
    TestAuthority authority = new TestAuthority("root");
    credentials.set(authority.issue(WEB_ID), authority.root());
    DataPath path =
        new DataPath(
            vertx,
            settings,
            credentials,
            keys::current,
            Crypto.jdk(),
            meters,
            AccessLog.NONE,
            InstantSource.system(),
            new OwnListeners());
    String id =
        Await.result(
            vertx.deployVerticle(new ProxyVerticle(settings, path, keys, source, Duration.ZERO)));
    assertThat(source.left()).as("while it runs").isFalse();
    Await.result(vertx.undeploy(id));
  }

  /**
   * @param capture where captured calls come in; null: none are captured
   * @param ports where each of its ports listens
   */
  private static ProxySettings node(@Nullable ListenAddress capture, ListenAddress... ports) {
    HostPort app = new HostPort("127.0.0.1", 9);
    List<InboundPort> inbound =
        Stream.of(ports)
            .map(listen -> new InboundPort("http", 8080, Protocol.HTTP, app, listen, null))
            .toList();
    WorkloadSettings web = new WorkloadSettings(WEB, "web", Map.of(), null, List.of(), inbound);
    return new ProxySettings(
        "n1", Mesh.DOMAIN, List.of(web), Limits.DEFAULTS, false, capture, false);
  }
}
