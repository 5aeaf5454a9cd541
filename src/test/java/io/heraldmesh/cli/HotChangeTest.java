package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import java.io.IOException;
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

  /** Of the authority's root, each from the new one's arrival to the old one's end. */
  private static final int ROTATIONS = 2;

  private static final long LONGEST_NANOS = 120_000_000_000L;

  /** Of the node's own parts and of the workloads. */
  private static final List<String> IDENTITIES =
      List.of(
          "herald/ca/node-1",
          "herald/config/node-1",
          "herald/node/node-1",
          "ns/a/sa/web",
          "ns/a/sa/caller",
          "ns/a/sa/echo");

  @TempDir Path folder;

  @Test
  void noRequestFailsAndNoneIsDecidedUnderAMixtureOfTwoGenerations() throws Exception {
    try (ChangingMesh mesh =
            new ChangingMesh(folder, HotChangeTest::process, "  accessLog: {samplePercent: 0}\n");
        LabTraffic traffic = new LabTraffic(mesh)) {
      traffic.start(4, 4, 4, 2);
      Await.until("it is warm", () -> traffic.requests() > WARM);
      while (traffic.requests() < REQUESTS || mesh.generation() < CHANGES) {
        long next = System.nanoTime() + EVERY_NANOS;
        mesh.change(traffic::drain);
        assertThat(traffic.failures).as("after change %d", mesh.generation()).isEmpty();
        LockSupport.parkNanos(next - System.nanoTime());
      }
      stop(mesh, traffic, "certificates from files");
    }
  }

  @Test
  void norWhileTheAuthoritysRootIsReplacedAndEveryIdentityIsRenewed() throws Exception {
    try (ChangingMesh mesh =
            new ChangingMesh(
                folder,
                HotChangeTest::process,
                "  accessLog: {samplePercent: 0}\n",
                ChangingMesh.Certificates.AUTHORITY);
        LabTraffic traffic = new LabTraffic(mesh)) {
      traffic.start(4, 4, 4, 2);
      Await.until("it is warm", () -> traffic.requests() > WARM);
      long deadline = System.nanoTime() + LONGEST_NANOS;
      while (traffic.requests() < REQUESTS || mesh.rotations() < ROTATIONS) {
        assertThat(System.nanoTime()).as("rotations %d", mesh.rotations()).isLessThan(deadline);
        long next = System.nanoTime() + EVERY_NANOS;
        mesh.change(() -> {});
        assertThat(traffic.failures).as("after change %d", mesh.generation()).isEmpty();
        LockSupport.parkNanos(next - System.nanoTime());
      }
      for (String id : IDENTITIES) {
        assertThat(mesh.said("leaf renewed id=spiffe://mesh.test/" + id))
            .as(id)
            .isGreaterThanOrEqualTo(ROTATIONS);
      }
      stop(mesh, traffic, mesh.rotations() + " rotations of the authority");
    }
  }

  private static HeraldProcess process(Path errors, String... arguments) throws IOException {
    return HeraldProcess.start(List.of("-Xmx200m"), errors, arguments);
  }

  private static void stop(ChangingMesh mesh, LabTraffic traffic, String what) throws Exception {
    traffic.stop();
    System.out.printf(
        "hot change, %s: %d changes, http/1.1 %d, h2 %d, grpc streams %d, failures %d%n",
        what,
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
