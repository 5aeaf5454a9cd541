package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Requests that a node sends to itself before it is ready leave nothing behind. */
class WarmUpTest {
  @Test
  void nothingIsCountedOrLoggedAndNothingStaysOpen() throws Exception {
    try (Mesh mesh = Mesh.ready()) {
      mesh.client.warmUp().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
      assertThat(mesh.log).isEmpty();
      assertThat(mesh.meters.getMeters().stream().map(Meter::getId).map(Meter.Id::getName))
          .doesNotContain("istio_requests", "istio_requests_total", "herald_decisions_total");
      assertThat(mesh.client.openConnections()).isZero();
      assertThat(mesh.app.seen()).isEmpty();
    }
  }
}
