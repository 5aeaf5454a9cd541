package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import org.junit.jupiter.api.Test;

/** Requests that a node sends to itself before it is ready leave nothing behind. */
class WarmUpTest {
  @Test
  void nothingIsCountedOrLoggedAndNothingStaysOpen() throws Exception {
    try (Mesh mesh = Mesh.ready()) {
      Mesh.await(mesh.client.warmUp());
      assertThat(mesh.log).isEmpty();
      assertThat(mesh.meters.getMeters().stream().map(Meter::getId).map(Meter.Id::getName))
          .doesNotContain("istio_requests", "istio_requests_total", "herald_decisions_total");
      assertThat(mesh.client.openConnections()).isZero();
      assertThat(mesh.app.seen()).isEmpty();
    }
  }

  /** The node is not ready before: each would hold it up for as long as a silence may last. */
  @Test
  void eachOfThemIsEndedByTheNodeAtOnce() throws Exception {
    try (Mesh mesh = Mesh.ready()) {
      assertThat(Mesh.await(mesh.client.warmUp())).isZero();
    }
  }
}
