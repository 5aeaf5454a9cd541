package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything changes every second under load: leaves, roots, policy, token issuers and endpoints.
 * No request fails, and none is decided under a mixture of two generations; {@link ChangingMesh}
 * says how such a one would show.
 */
@Timeout(240)
class HotChangeTest {
  private static final int REQUESTS = Integer.getInteger("herald.hotchange.requests", 10_000);

  /** Three rotations of the root. */
  private static final int CHANGES = Integer.getInteger("herald.hotchange.changes", 12);

  private static final long EVERY_NANOS = 1_000_000_000L;

  private static final int WARM = 500;

  @TempDir Path folder;

  @Test
  void noRequestFailsAndNoneIsDecidedUnderAMixtureOfTwoGenerations() throws Exception {
    try (ChangingMesh mesh =
            new ChangingMesh(folder, List.of("-Xmx200m"), "  accessLog: {samplePercent: 0}\n");
        LabTraffic traffic = new LabTraffic(mesh)) {
      traffic.start(4, 4, 4, 2);
      Await.until("it is warm", () -> traffic.requests() > WARM);
      while (traffic.requests() < REQUESTS || mesh.generation() < CHANGES) {
        long next = System.nanoTime() + EVERY_NANOS;
        mesh.change(traffic::drain);
        assertThat(traffic.failures).as("after change %d", mesh.generation()).isEmpty();
        LockSupport.parkNanos(next - System.nanoTime());
      }
      traffic.stop();
      System.out.printf(
          "hot change: %d changes, http/1.1 %d, h2 %d, grpc streams %d, failures %d%n",
          mesh.generation(),
          traffic.http1.get(),
          traffic.http2.get(),
          traffic.grpc.get(),
          traffic.failures.size());
      assertThat(traffic.failures).isEmpty();
      assertThat(traffic.http1.get()).isPositive();
      assertThat(traffic.http2.get()).isPositive();
      assertThat(traffic.grpc.get()).isPositive();
    }
  }
}
