package io.heraldmesh.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.FakeClock;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.TestRevisions;
import io.heraldmesh.bus.Announcement;
import io.heraldmesh.bus.Announcement.AnnouncedPort;
import io.heraldmesh.bus.Announcement.AnnouncedWorkload;
import io.heraldmesh.bus.DistributorService;
import io.heraldmesh.bus.MalformedMessage;
import io.heraldmesh.bus.MeshStatus.NodeStatus;
import io.heraldmesh.bus.Registrations;
import io.heraldmesh.bus.SnapshotFrame;
import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.resource.read.ResourceReader;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two nodes offer the same service, a third calls it. */
class SilentNodeTest {
  private static final String SERVICE =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: shop}
      spec:
        selector: {app: web}
        ports: [{name: http, port: 80, targetPort: 8080}]
      """;
  private static final Set<WorkloadIdentity> WEB = Set.of(new WorkloadIdentity("shop", "web"));

  private final FakeClock clock = new FakeClock(Instant.parse("2030-01-01T00:00:00Z"));
  private final TestAuthority mesh = new TestAuthority(clock);
  private final Vertx vertx = Vertx.vertx();
  private final Store store = SqliteStore.inMemory();
  private final DistributorVerticle distributor =
      new DistributorVerticle(
          mesh.bus(vertx, HeraldRole.CONFIG, "config"),
          () -> new Registrations(Map.of("n1", WEB, "n2", WEB, "n3", Set.of())),
          new MeshCompiler(TestAuthority.TD)::compile,
          Ledger.of(store),
          clock,
          new SimpleMeterRegistry());
  private final DistributorService first = node("n1");
  private final DistributorService second = node("n2");
  private final DistributorService caller = node("n3");

  private DistributorService node(String name) {
    return DistributorService.over(mesh.bus(vertx, HeraldRole.NODE, name));
  }

  @BeforeEach
  void start() {
    mesh.grantEpochs(vertx);
    Await.result(vertx.deployVerticle(distributor));
    Await.result(first.announce(new Announcement(1, List.of(web("10.0.0.1")))));
    Await.result(second.announce(new Announcement(1, List.of(web("10.0.0.2")))));
    Await.result(caller.announce(new Announcement(1, List.of())));
    Await.result(distributor.apply(ResourceReader.read("mesh.yaml", SERVICE)));
  }

  @AfterEach
  void stop() {
    Await.result(vertx.close());
    store.close();
  }

  private static AnnouncedWorkload web(String host) {
    return new AnnouncedWorkload(
        "shop",
        "web",
        "web",
        Map.of("app", "web"),
        List.of(new AnnouncedPort("http", 8080, Protocol.HTTP, host, 15006)),
        true);
  }

  /** What the calling node is told to call. */
  private List<String> endpoints() {
    try {
      return TestRevisions.destinations(
              SnapshotFrame.parse(Await.result(caller.fetch(null)).frame().toByteArray()))
          .getFirst()
          .endpoints()
          .stream()
          .map(Endpoint::host)
          .sorted()
          .toList();
    } catch (MalformedMessage e) {
      throw new AssertionError(e);
    }
  }

  private List<String> silent() {
    return Await.result(distributor.status()).nodes().stream()
        .filter(NodeStatus::silent)
        .map(NodeStatus::name)
        .toList();
  }

  @Test
  void bothAreCalledWhileBothAreHeardOf() {
    assertThat(endpoints()).containsExactly("10.0.0.1", "10.0.0.2");
    assertThat(silent()).isEmpty();
  }

  @Test
  void aNodeNotHeardOfForThirtySecondsIsNoEndpointUntilItIsBack() {
    clock.advance(Duration.ofSeconds(31));
    Await.result(second.fetch(null));
    Await.result(caller.fetch(null));
    distributor.tick();

    Await.until("one left", () -> endpoints().equals(List.of("10.0.0.2")));
    assertThat(silent()).containsExactly("n1");

    Await.result(first.fetch(null));
    Await.until("both again", () -> endpoints().size() == 2);
    assertThat(silent()).isEmpty();
  }

  @Test
  void theLastEndpointStaysThoughItsNodeIsSilent() {
    Await.result(second.withdraw(2));
    Await.until("one left", () -> endpoints().equals(List.of("10.0.0.1")));

    clock.advance(Duration.ofSeconds(31));
    distributor.tick();
    Await.until("silent", () -> silent().contains("n1"));
    // Another change shows that the silence was compiled too.
    Await.result(distributor.apply(ResourceReader.read("mesh.yaml", SERVICE)));

    assertThat(endpoints()).containsExactly("10.0.0.1");
  }

  @Test
  void aSilentNodeDoesNotHoldUpWhatIsInForce() {
    clock.advance(Duration.ofSeconds(31));
    distributor.tick();
    Await.until("all silent", () -> silent().size() == 3);
    io.heraldmesh.bus.Revision revision =
        Await.result(distributor.apply(ResourceReader.read("mesh.yaml", SERVICE)));

    Await.result(distributor.inForce(revision));
  }

  @Test
  void anAnnouncementFromBeforeAWithdrawalDoesNotBringANodeBack() {
    Await.result(second.withdraw(5));
    Await.failure(second.announce(new Announcement(4, List.of(web("10.0.0.2")))));

    Await.until("one left", () -> endpoints().equals(List.of("10.0.0.1")));
    Await.result(second.announce(new Announcement(6, List.of(web("10.0.0.2")))));
    Await.until("both", () -> endpoints().size() == 2);
  }
}
