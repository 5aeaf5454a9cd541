package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.jwks.KeySetService;
import io.heraldmesh.jwks.KeySetSettings;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.log.AccessLog;
import io.heraldmesh.proxy.upstream.OwnListeners;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nobody is told to call a node that cannot serve yet, and it is ready once it can be called. */
@Timeout(60)
class ReadyNodeTest {
  private static final Workload WEB = new Workload("a", "web");
  private static final SpiffeId WEB_ID = SpiffeId.workload(Mesh.DOMAIN, "a", "web");

  private final Vertx vertx = Vertx.vertx();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final KeySetService keys =
      new KeySetService(
          vertx, KeySetSettings.DEFAULTS, meters, InstantSource.system(), new Random(1));
  private final TestCredentials credentials = new TestCredentials();
  private final HandedPolicy source = new HandedPolicy(snapshot());

  @AfterEach
  void stop() {
    Await.result(vertx.close());
  }

  @Test
  void aNodeWithPolicyAndWithoutItsLeafIsNotAnnouncedReady() {
    Future<String> started = vertx.deployVerticle(proxy());
    Await.until("policy is in force", () -> source.revision() != null);
    assertThat(source.announced()).singleElement().matches(workload -> !workload.ready());
    assertThat(source.told()).isFalse();

    TestAuthority authority = new TestAuthority("root");
    credentials.set(authority.issue(WEB_ID), authority.root());
    Await.until("told", () -> source.told());
    assertThat(started.isComplete()).as("nobody can call it yet").isFalse();

    Await.result(source.apply(snapshot(new Endpoint("127.0.0.1", 8080, true))));
    Await.result(started);
  }

  @Test
  void aNodeThatNobodyListsIsReadyAllTheSame() {
    TestAuthority authority = new TestAuthority("root");
    credentials.set(authority.issue(WEB_ID), authority.root());
    Await.result(vertx.deployVerticle(proxy()));
    assertThat(source.told()).isTrue();
  }

  private ProxyVerticle proxy() {
    HostPort any = new HostPort("127.0.0.1", 0);
    WorkloadSettings web =
        new WorkloadSettings(
            WEB,
            "web",
            Map.of(),
            null,
            List.of(),
            List.of(new InboundPort("http", 8080, Protocol.HTTP, any, any, null)));
    ProxySettings settings =
        new ProxySettings("n1", Mesh.DOMAIN, List.of(web), Limits.DEFAULTS, false);
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
    return new ProxyVerticle(settings, path, keys, source, Duration.ZERO);
  }

  private static NodeSnapshot snapshot(Endpoint... endpoints) {
    return new NodeSnapshot(
        "n1",
        List.of(Mesh.workloadPolicy(WEB, MtlsMode.STRICT)),
        List.of(
            new Destination(
                "a/web",
                Set.of("web.a"),
                80,
                Protocol.HTTP,
                "outbound_.80_._.web.a.svc.cluster.local",
                Set.of(WEB_ID),
                List.of(endpoints))));
  }
}
