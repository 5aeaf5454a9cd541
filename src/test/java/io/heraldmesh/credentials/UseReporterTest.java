package io.heraldmesh.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.LogLines;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.DistributorService;
import io.heraldmesh.bus.Registrations;
import io.heraldmesh.bus.UsedCertificates;
import io.heraldmesh.bus.UsedCertificates.Reported;
import io.heraldmesh.bus.UsedCertificates.Trust;
import io.heraldmesh.bus.UsedCertificates.Used;
import io.heraldmesh.bus.UsedCertificates.UsedReport;
import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.distributor.DistributorVerticle;
import io.heraldmesh.distributor.Ledger;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What nodes say of the certificates that they use, and the distributor that listens. */
class UseReporterTest {
  private final TestAuthority mesh = new TestAuthority(InstantSource.system());
  private final Vertx vertx = Vertx.vertx();
  private final Store store = SqliteStore.inMemory();
  private volatile Registrations registrations =
      new Registrations(Map.of("n1", Set.of(new WorkloadIdentity("shop", "web"))));
  private final DistributorVerticle distributor =
      new DistributorVerticle(
          mesh.bus(vertx, HeraldRole.CONFIG, "c1"),
          () -> registrations,
          new MeshCompiler(TestAuthority.TD)::compile,
          Ledger.of(store),
          InstantSource.system(),
          new SimpleMeterRegistry());
  private volatile List<Used> used = List.of(used("1", null));
  private volatile List<String> exposed = List.of();

  @BeforeEach
  void start() {
    mesh.grantEpochs(vertx);
    Await.result(vertx.deployVerticle(distributor));
  }

  @AfterEach
  void stop() {
    Await.result(vertx.close());
    store.close();
  }

  private static Used used(@Nullable String serial, @Nullable String error) {
    Instant at = Instant.parse("2030-01-01T00:00:00Z");
    return new Used(
        "spiffe://mesh.test/ns/shop/sa/web",
        serial,
        serial == null ? null : at,
        serial == null ? null : at,
        null,
        null,
        Trust.NONE,
        at,
        error);
  }

  private UseReporter reporter(HeraldRole role, String name) {
    UseReporter reporter =
        new UseReporter(
            vertx,
            DistributorService.over(mesh.bus(vertx, role, name)),
            () -> new UsedReport(used, exposed),
            new Random(1));
    reporter.start();
    return reporter;
  }

  private List<Reported> said() {
    return Await.result(distributor.reports(null)).nodes();
  }

  private boolean says(String serial) {
    return said().size() == 1
        && serial.equals(said().getFirst().certificates().getFirst().serial());
  }

  @Test
  void whatANodeUsesIsKnownSoonAfterEachChange() {
    try (UseReporter reporter = reporter(HeraldRole.NODE, "n1")) {
      Await.until("the first", () -> says("1"));
      used = List.of(used("2", null));
      Await.until("the next", () -> says("2"));
      assertThat(said().getFirst().node()).isEqualTo("n1");
      reporter.again();
    }
  }

  @Test
  void aServiceThatCanBeCalledPastItsNodeIsAProblemUntilItCannot() {
    try (UseReporter reporter = reporter(HeraldRole.NODE, "n1")) {
      Await.until("said", () -> says("1"));
      assertThat(problems()).isEmpty();
      exposed = Collections.nCopies(UsedCertificates.MOST_EXPOSED + 1, "it listens on 0.0.0.0:80");
      Await.until("told", () -> !problems().isEmpty());
      assertThat(problems())
          .hasSize(UsedCertificates.MOST_EXPOSED)
          .containsOnly("node n1: it listens on 0.0.0.0:80");
      exposed = List.of();
      Await.until("taken back", () -> problems().isEmpty());
      reporter.again();
    }
  }

  private List<String> problems() {
    return Await.result(distributor.status()).problems().stream()
        .filter(problem -> problem.startsWith("node "))
        .toList();
  }

  @Test
  void whatCannotBeToldIsLoggedOnceAndToldWhenItCan() {
    AtomicInteger asked = new AtomicInteger();
    try (LogLines log = new LogLines();
        UseReporter reporter =
            new UseReporter(
                vertx,
                DistributorService.over(mesh.bus(vertx, HeraldRole.NODE, "n1")),
                () -> {
                  if (asked.incrementAndGet() <= 2) {
                    throw new IllegalArgumentException("of another form");
                  }
                  return UsedReport.of(used);
                },
                new Random(1))) {
      reporter.start();
      Await.until("said", () -> says("1"));
      assertThat(log.warnings()).filteredOn(line -> line.contains("another form")).hasSize(1);
    }
  }

  @Test
  void aCertificateThatIsOnTheWayIsNotMissing() {
    used = List.of(used(null, null), used("1", null));
    try (UseReporter reporter = reporter(HeraldRole.NODE, "n1")) {
      Await.until("said", () -> says("1"));
      used = List.of(used(null, "nobody there"));
      Await.until(
          "it is, once it was not to be had",
          () -> "nobody there".equals(said().getFirst().certificates().getFirst().lastError()));
      reporter.again();
    }
  }

  @Test
  void aControlNodeAndAServiceNodeOfOneNameAreTwo() {
    try (UseReporter service = reporter(HeraldRole.NODE, "n1");
        UseReporter control = reporter(HeraldRole.CONFIG, "n1")) {
      Await.until("both", () -> said().size() == 2);
      service.again();
      control.again();
    }
  }

  @Test
  void ofANodeThatNothingIsRegisteredForNothingIsTaken() {
    try (UseReporter reporter = reporter(HeraldRole.NODE, "n1")) {
      Await.until("said", () -> says("1"));
      registrations = Registrations.NONE;
      Await.result(distributor.forget("n1"));
      reporter.again();
    }
    Await.failure(
        DistributorService.over(mesh.bus(vertx, HeraldRole.NODE, "n1"))
            .report(UsedReport.of(used)));
    assertThat(said()).isEmpty();
  }
}
