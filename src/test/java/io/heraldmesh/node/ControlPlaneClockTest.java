package io.heraldmesh.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.FakeClock;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.credentials.RenewableIdentity;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A control node that was started while its clock was an hour ahead, once the clock is right. */
@SuppressWarnings("NullAway.Init") // what the test begins with
class ControlPlaneClockTest {
  private static final Duration AHEAD = Duration.ofHours(1);

  @TempDir Path folder;
  private final FakeClock clock = new FakeClock(Instant.now());
  private final TestAuthority mesh = new TestAuthority(clock);
  private final Vertx bus = Vertx.vertx();
  private Store store;
  private ControlPlane control;

  @BeforeEach
  void startAhead() {
    clock.advance(AHEAD);
    store = SqliteStore.open(folder.resolve("herald.db"));
    control = TestControlPlane.of(bus, mesh, store, Set.of("c1"), Duration.ofHours(24), clock);
    Await.result(control.deployAuthority("c1", new SimpleMeterRegistry()));
  }

  @AfterEach
  void stop() {
    control.close();
    Await.result(bus.close());
    store.close();
  }

  @Test
  void theAuthorityIsBelievedAgainAtOnce() {
    clock.advance(AHEAD.negated());
    CaService asked = CaService.over(mesh.bus(bus, HeraldRole.ADMIN, "c1"));

    Await.until(
        "an answer that can be believed",
        () -> {
          try {
            return Await.result(asked.roots()).bundle().equals(mesh.bundle());
          } catch (AssertionError notYet) {
            return false;
          }
        });
  }

  @Test
  void soIsEveryPartThatItSignedFor() {
    RenewableIdentity config = control.identity(HeraldRole.CONFIG, "c1");
    SignedBus signed = control.bus(config);
    control.keepRenewed(signed, config);
    clock.advance(AHEAD.negated());

    Await.until(
        "an identity that is valid now",
        () -> config.svid().leaf().getNotBefore().toInstant().isBefore(clock.instant()));
    assertThat(config.svid().id().herald())
        .hasValueSatisfying(part -> assertThat(part.role()).isEqualTo(HeraldRole.CONFIG));
  }
}
