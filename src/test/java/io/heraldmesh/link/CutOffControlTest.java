package io.heraldmesh.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.DistributorService;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A control node that is cut off from the others: its port answers, and nobody behind it does. */
class CutOffControlTest extends ServedRoots {
  private static final ByteString SNAPSHOT = ByteString.of(new byte[] {1, 2, 3});

  @Test
  void aNodeMovesToAControlNodeBehindWhichItIsAnswered() {
    LinkFixture.Control other = mesh.control(0);
    LinkFixture.Attaching node = mesh.node("n1", control.address(), other.address());
    LinkFixture.attached(node);
    boolean first = isAt(node, control.address());
    LinkFixture.Control answering = first ? other : control;
    serveSnapshot(answering, SNAPSHOT);
    assertThat(failure(DistributorService.over(node.bus()).fetch(null)))
        .isEqualTo(BusFailure.UNREACHABLE);
    AtomicBoolean wasTold = new AtomicBoolean();
    AtomicBoolean wasAway = new AtomicBoolean();
    node.vertx()
        .setPeriodic(
            200,
            tick -> {
              DistributorService.over(node.bus()).fetch(null);
              wasTold.compareAndSet(false, node.link().status().unanswered() != null);
              wasAway.compareAndSet(false, !node.link().status().attached());
            });

    Await.until("moved", () -> isAt(node, answering.address()));
    assertThat(Await.result(DistributorService.over(node.bus()).fetch(null)).frame())
        .isEqualTo(SNAPSHOT);
    assertThat(wasTold).isTrue();
    assertThat(wasAway).isFalse();
    Await.until("all is well", () -> node.link().status().unanswered() == null);
    Await.until(
        "the old link is drained", () -> (first ? control : other).links().attached().isEmpty());
  }

  @Test
  void whereThereIsNoOtherItStaysAndSaysSo() {
    LinkFixture.Attaching node = attached("n1");
    node.vertx().setPeriodic(200, tick -> DistributorService.over(node.bus()).fetch(null));

    Await.until(
        "the fault is told", () -> "herald.config".equals(node.link().status().unanswered()));
    assertThat(roots(node)).isEqualTo(mesh.mesh.bundle().digest());
    serveSnapshot(control, SNAPSHOT);
    Await.until(
        Duration.ofSeconds(10), "it is over", () -> node.link().status().unanswered() == null);
    assertThat(control.meters().get("herald_link_attached").counter().count()).isEqualTo(1);
  }

  private static boolean isAt(LinkFixture.Attaching node, SocketAddress address) {
    return String.valueOf(address).equals(node.link().status().address());
  }
}
