package io.heraldmesh.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.FakeClock;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.DistributorService;
import io.heraldmesh.bus.Registrations;
import io.heraldmesh.bus.UsedCertificates;
import io.heraldmesh.bus.UsedCertificates.Reported;
import io.heraldmesh.bus.UsedCertificates.UsedReport;
import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long what a node said of its certificates counts. */
class UsedReportsTest {
  private static final Set<WorkloadIdentity> WEB = Set.of(new WorkloadIdentity("shop", "web"));

  private final FakeClock clock = new FakeClock(Instant.parse("2030-01-01T00:00:00Z"));
  private final TestAuthority mesh = new TestAuthority(clock);
  private final Vertx vertx = Vertx.vertx();
  private final Store store = SqliteStore.inMemory();
  private volatile Registrations registrations = new Registrations(Map.of("n1", WEB, "n2", WEB));
  private final DistributorVerticle distributor =
      new DistributorVerticle(
          mesh.bus(vertx, HeraldRole.CONFIG, "c1"),
          () -> registrations,
          new MeshCompiler(TestAuthority.TD)::compile,
          Ledger.of(store),
          clock,
          new SimpleMeterRegistry());

  @BeforeEach
  void start() {
    mesh.grantEpochs(vertx);
    Await.result(vertx.deployVerticle(distributor));
    for (String name : List.of("n1", "n2")) {
      report(HeraldRole.NODE, name);
    }
    report(HeraldRole.CONFIG, "c2");
  }

  @AfterEach
  void stop() {
    Await.result(vertx.close());
    store.close();
  }

  private void report(HeraldRole role, String name) {
    Await.result(
        DistributorService.over(mesh.bus(vertx, role, name)).report(UsedReport.of(List.of())));
  }

  private List<String> told() {
    return Await.result(distributor.reports(null)).nodes().stream().map(Reported::node).toList();
  }

  @Test
  void aNodeThatIsSilentIsToldOfForAWeek() {
    clock.advance(Duration.ofDays(7));
    distributor.tick();
    assertThat(told()).containsExactly("c2", "n1", "n2");
    clock.advance(Duration.ofSeconds(1));
    distributor.tick();
    assertThat(told()).isEmpty();
  }

  @Test
  void aServiceThatCanBeCalledPastASilentNodeIsAProblemForThreeMinutes() {
    expose("n1", List.of("it listens"));
    clock.advance(Duration.ofMinutes(3));
    assertThat(problems()).containsExactly("node n1: it listens");
    clock.advance(Duration.ofSeconds(1));
    assertThat(problems()).isEmpty();
  }

  @Test
  void whatANodeSaysOfItsServicesIsShortHarmlessAndGoneWithIt() {
    expose("n1", Collections.nCopies(100, "\u001b[2J" + "x".repeat(2000)));
    assertThat(problems())
        .hasSize(UsedCertificates.MOST_EXPOSED)
        .allSatisfy(
            line -> assertThat(line).startsWith("node n1: <U+001B>[2Jxx").hasSizeLessThan(1_100));
    registrations = new Registrations(Map.of("n2", WEB));
    distributor.tick();
    assertThat(problems()).isEmpty();
  }

  private void expose(String node, List<String> lines) {
    Await.result(
        DistributorService.over(mesh.bus(vertx, HeraldRole.NODE, node))
            .report(new UsedReport(List.of(), lines)));
  }

  private List<String> problems() {
    return Await.result(distributor.status()).problems().stream()
        .filter(problem -> problem.startsWith("node "))
        .toList();
  }

  @Test
  void aNodeThatIsDeletedAtAnotherControlNodeIsToldOfNoMore() {
    // It is known by its report alone, as one that took its leave before it was deleted.
    registrations = new Registrations(Map.of("n2", WEB));
    distributor.tick();
    assertThat(told()).as("control nodes are registered nowhere").containsExactly("c2", "n2");
  }

  @Test
  void aControlNodeAndADeletedServiceNodeOfOneNameAreTwo() {
    report(HeraldRole.CONFIG, "n1");
    registrations = new Registrations(Map.of("n2", WEB));
    distributor.tick();
    assertThat(told()).containsExactly("c2", "n1", "n2");
  }
}
