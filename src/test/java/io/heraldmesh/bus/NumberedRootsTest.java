package io.heraldmesh.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.identity.HeraldRole;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nodes and authorities of two versions speak with each other. */
class NumberedRootsTest {
  private final TestAuthority mesh = new TestAuthority(InstantSource.system());
  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void stop() {
    Await.result(vertx.close());
  }

  @Test
  void anAuthorityThatNumbersNothingIsAskedAsBefore() {
    Await.result(
        mesh.bus(vertx, HeraldRole.CA, "ca")
            .serve(
                SignedBus.on(
                    CaService.Operations.ROOTS,
                    (caller, request) ->
                        Future.succeededFuture(new CaService.Roots(mesh.bundle())))));

    CaService.NumberedRoots roots =
        Await.result(CaService.over(mesh.bus(vertx, HeraldRole.NODE, "n1")).numberedRoots());

    assertThat(roots.bundle()).isEqualTo(mesh.bundle());
    assertThat(roots.number()).isEqualTo(CaService.NumberedRoots.UNKNOWN);
  }
}
