package io.heraldmesh.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.DistributorService;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** A link that is slow is not one on which nothing moves. */
class SlowLinkTest extends ServedRoots {
  /** 8 Mbit/s. */
  private static final int BYTES_A_SECOND = 1_000_000;

  @Test
  void aLargeSnapshotArrivesOverASlowLinkAndTheLinkLives() {
    Forwarder network = new Forwarder(mesh.vertx(), control.address());
    LinkFixture.Attaching node = mesh.node("n1", network.address());
    LinkFixture.attached(node);
    Instant since = control.links().attached().getFirst().since();
    ByteString snapshot = ByteString.of(new byte[8 << 20]);
    serveSnapshot(control, snapshot);
    network.slow(BYTES_A_SECOND);
    long asked = System.nanoTime();

    assertThat(Await.result(DistributorService.over(node.bus()).fetch(null)).frame())
        .isEqualTo(snapshot);
    assertThat(Duration.ofNanos(System.nanoTime() - asked)).isGreaterThan(LinkLimits.DEAD_AFTER);
    assertThat(control.links().attached().getFirst().since()).isEqualTo(since);
    assertThat(node.link().status().unanswered()).isNull();
  }
}
