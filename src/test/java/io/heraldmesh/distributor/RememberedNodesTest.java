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
import io.heraldmesh.bus.SnapshotPush;
import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.resource.read.ResourceReader;
import io.heraldmesh.store.Announced;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * One distributor is lost and another begins over the same store. Two nodes offer a service, a
 * third calls it; who has not spoken to the new one yet is not gone.
 */
class RememberedNodesTest {
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
  private final DistributorService first = node("n1");
  private final DistributorService second = node("n2");
  private final DistributorService caller = node("n3");
  private volatile Registrations registrations =
      new Registrations(Map.of("n1", WEB, "n2", WEB, "n3", Set.of()));
  private DistributorVerticle distributor = begin();

  private DistributorService node(String name) {
    return DistributorService.over(mesh.bus(vertx, HeraldRole.NODE, name));
  }

  /** It waits for nobody, so that what it knows it knows from the store. */
  private DistributorVerticle begin() {
    return new DistributorVerticle(
        mesh.bus(vertx, HeraldRole.CONFIG, "config"),
        () -> registrations,
        new MeshCompiler(TestAuthority.TD)::compile,
        Ledger.of(store),
        clock,
        new SimpleMeterRegistry());
  }

  @BeforeEach
  void start() {
    mesh.grantEpochs(vertx);
    Await.result(vertx.deployVerticle(distributor));
    Await.result(first.announce(new Announcement(1, List.of(web("10.0.0.1")))));
    Await.result(second.announce(new Announcement(1, List.of(web("10.0.0.2")))));
    Await.result(caller.announce(new Announcement(1, List.of())));
    apply();
  }

  @AfterEach
  void stop() {
    Await.result(vertx.close());
    store.close();
  }

  private void apply() {
    Await.result(distributor.apply(ResourceReader.read("mesh.yaml", SERVICE)));
  }

  /** As when the process that distributes is killed. */
  private void anotherTakesOver() {
    Await.result(vertx.undeploy(distributor.deploymentID()));
    distributor = begin();
    Await.result(vertx.deployVerticle(distributor));
    apply();
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

  /** What the calling node, which announces itself as a node does, is told to call. */
  private List<String> endpoints() {
    try {
      Await.result(caller.announce(new Announcement(clock.instant().toEpochMilli(), List.of())));
    } catch (AssertionError saidBefore) {
      // The same sequence does not count twice, and need not.
    }
    Await.until("a snapshot", () -> fetched().isPresent());
    return fetched().orElseThrow();
  }

  private Optional<List<String>> fetched() {
    try {
      byte[] frame = Await.result(caller.fetch(null)).frame().toByteArray();
      return Optional.of(hosts(SnapshotFrame.parse(frame)));
    } catch (AssertionError | MalformedMessage notYet) {
      return Optional.empty();
    }
  }

  private static List<String> hosts(SnapshotFrame frame) {
    try {
      return TestRevisions.destinations(frame).getFirst().endpoints().stream()
          .map(Endpoint::host)
          .sorted()
          .toList();
    } catch (MalformedMessage e) {
      throw new AssertionError(e);
    }
  }

  private List<NodeStatus> nodes() {
    return Await.result(distributor.status()).nodes();
  }

  private List<String> stale() {
    return nodes().stream().filter(NodeStatus::stale).map(NodeStatus::name).toList();
  }

  @Test
  void nodesThatHaveNotSpokenToTheNewOneAreCalledAsBefore() {
    anotherTakesOver();
    assertThat(endpoints()).containsExactly("10.0.0.1", "10.0.0.2");
    assertThat(nodes())
        .filteredOn(n -> n.lastSeen() == null)
        .extracting(NodeStatus::name)
        .containsExactly("n1", "n2");
  }

  @Test
  void theNewOneAsksEachNodeToAnnounceItselfAgainAndTakesWhatItSaysThen() {
    anotherTakesOver();
    assertThat(Await.failure(first.fetch(null))).hasMessageContaining("UNKNOWN_NODE");
    Await.result(first.announce(new Announcement(2, List.of(web("10.0.0.9")))));
    Await.until("moved", () -> endpoints().equals(List.of("10.0.0.2", "10.0.0.9")));

    anotherTakesOver();
    assertThat(endpoints()).containsExactly("10.0.0.2", "10.0.0.9");
  }

  @Test
  void whoTookItsLeaveIsGoneForTheNextOneTooAndItsOldAnnouncementDoesNotComeBack() {
    Await.result(second.withdraw(5));
    anotherTakesOver();
    assertThat(endpoints()).containsExactly("10.0.0.1");
    Await.failure(second.announce(new Announcement(4, List.of(web("10.0.0.2")))));
    assertThat(endpoints()).containsExactly("10.0.0.1");
  }

  @Test
  void whatNobodyMayAnnounceAnyMoreIsPassedOverAndAllElseIsAsBefore() {
    Announced good =
        store.announcements().all().stream()
            .filter(a -> a.node().equals("n2"))
            .findFirst()
            .orElseThrow();
    String bad = String.valueOf(good.message()).replace("15006", "70000");
    store
        .announcements()
        .keep(List.of(new Announced("n2", good.sequence(), bad, good.lostAt())), null);

    anotherTakesOver();
    assertThat(endpoints()).containsExactly("10.0.0.1");
    Await.result(second.announce(new Announcement(2, List.of(web("10.0.0.2")))));
    Await.until("both", () -> endpoints().size() == 2);
  }

  @Test
  void whoMayNotRunWhatItRanIsGoneForTheNextOne() {
    registrations = new Registrations(Map.of("n1", WEB, "n3", Set.of()));
    anotherTakesOver();
    assertThat(endpoints()).containsExactly("10.0.0.1");
  }

  @Test
  void aNodeTakenOutOfTheStoreIsForgottenWithItsRegistration() {
    store.registrations().remove("n2");
    anotherTakesOver();
    assertThat(endpoints()).containsExactly("10.0.0.1");
  }

  @Test
  void whoWasSilentBeforeIsSilentForTheNextOne() {
    clock.advance(Duration.ofSeconds(31));
    Await.result(second.fetch(null));
    Await.result(caller.fetch(null));
    distributor.tick();
    Await.until("one left", () -> endpoints().equals(List.of("10.0.0.2")));
    Await.until(
        "written", () -> store.announcements().all().stream().anyMatch(a -> a.lostAt() != null));

    anotherTakesOver();
    assertThat(endpoints()).containsExactly("10.0.0.2");
    assertThat(stale()).isEmpty();
    Await.result(first.announce(new Announcement(2, List.of(web("10.0.0.1")))));
    Await.until("both again", () -> endpoints().size() == 2);
  }

  @Test
  void whoDoesNotSpeakForFiveMinutesIsNoEndpointWhereAnotherIsLeft() {
    anotherTakesOver();
    clock.advance(NodeRecord.UNHEARD.minusSeconds(1));
    Await.result(second.announce(new Announcement(2, List.of(web("10.0.0.2")))));
    distributor.tick();
    assertThat(endpoints()).containsExactly("10.0.0.1", "10.0.0.2");

    clock.advance(Duration.ofSeconds(2));
    distributor.tick();
    Await.until("one left", () -> endpoints().equals(List.of("10.0.0.2")));
  }

  @Test
  void theLastEndpointsStayAndAreNamedStaleUntilTheirNodeIsHeardOf() {
    anotherTakesOver();
    clock.advance(NodeRecord.UNHEARD.plusSeconds(1));
    distributor.tick();
    Await.until("stale", () -> stale().equals(List.of("n1", "n2")));
    assertThat(endpoints()).containsExactly("10.0.0.1", "10.0.0.2");

    Await.result(second.announce(new Announcement(2, List.of(web("10.0.0.2")))));
    Await.until("the one that is there", () -> endpoints().equals(List.of("10.0.0.2")));
    assertThat(stale()).isEmpty();
  }

  @Test
  void aChangeReachesNodesBeforeTheyHaveAskedTheNewOne() throws Exception {
    LinkedBlockingQueue<SnapshotFrame> pushed = new LinkedBlockingQueue<>();
    Await.result(
        SnapshotPush.receive(
            mesh.bus(vertx, HeraldRole.NODE, "n3"),
            frame -> {
              pushed.add(frame);
              return Future.failedFuture("only looked at");
            }));
    anotherTakesOver();
    assertThat(hosts(pushed.take())).containsExactly("10.0.0.1", "10.0.0.2");
  }

  @Test
  void anAnnouncementThatIsNotOnDiskIsNotConfirmed() {
    store.close();
    Await.failure(first.announce(new Announcement(2, List.of(web("10.0.0.9")))));
    // Nor when it is said again, though this distributor has heard it.
    Await.failure(first.announce(new Announcement(3, List.of(web("10.0.0.9")))));
  }
}
