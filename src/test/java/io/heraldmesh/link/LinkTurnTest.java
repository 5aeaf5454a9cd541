package io.heraldmesh.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What nodes are promised that wait for their turn. */
class LinkTurnTest {
  private final LinkFixture mesh = new LinkFixture();
  private final AtomicLong nanos = new AtomicLong();

  @AfterEach
  void close() {
    mesh.close();
  }

  /**
   * Longer than whoever is in may be silent: it shows that it is alive, and is not taken for dead.
   */
  @Test
  void aNodeWhoseTurnTakesItsTimeGetsInTheFirstTime() {
    LinkFixture.Control control =
        mesh.control(0, new Admission(1 / 12.0, 1, 100, System::nanoTime));
    LinkFixture.attached(mesh.node("n1", control.address()));
    long begun = System.nanoTime();
    LinkFixture.attached(mesh.node("n2", control.address()));
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(LinkLimits.DEAD_AFTER);
    assertThat(control.meters().get("herald_link_dropped").counter().count()).isZero();
  }

  /** As nodes of before this version, which are silent while they wait. */
  @Test
  void aNodeThatIsSilentWhileItWaitsIsNotTakenForDeadEither() {
    LinkFixture.Control control =
        mesh.control(0, new Admission(1 / 12.0, 1, 100, System::nanoTime));
    raw(control, "n1").hello().greeted();
    raw(control, "n2").hello().greeted();
  }

  @Test
  void aNodeThatWentAwayWhileItWaitedKeepsNobodyWaiting() {
    LinkFixture.Control control = mesh.control(0, new Admission(1, 1, 2, nanos::get));
    raw(control, "n1").hello().greeted();
    RawLink dead = raw(control, "n2").hello();
    RawLink deadToo = raw(control, "n3").hello();
    waiting(control, 2);
    assertThat(raw(control, "n4").hello().end()).startsWith("RESOURCE_EXHAUSTED");

    dead.close();
    deadToo.close();
    waiting(control, 0);
    RawLink alive = raw(control, "n5").hello();
    waiting(control, 1);
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    alive.greeted();
  }

  /** As when it was cut off and comes back before that is noticed here. */
  @Test
  void aNodeWaitsInOnePlaceWhateverItOpensAndItsNewestLinkHasIt() {
    LinkFixture.Control control = mesh.control(0, new Admission(1, 1, 2, nanos::get));
    raw(control, "n1").hello().greeted();
    RawLink old = raw(control, "n2").hello();
    waiting(control, 1);
    RawLink newer = raw(control, "n2").hello();
    assertThat(old.end()).startsWith("ABORTED");
    RawLink newest = raw(control, "n2").hello();
    assertThat(newer.end()).startsWith("ABORTED");
    waiting(control, 1);
    RawLink other = raw(control, "n3").hello();
    waiting(control, 2);

    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    newest.greeted();
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    other.greeted();
    assertThat(control.links().attached()).hasSize(3);
  }

  private RawLink raw(LinkFixture.Control control, String name) {
    return new RawLink(mesh, mesh.vertx(), mesh.identity(name).svid(), control.address());
  }

  private static void waiting(LinkFixture.Control control, int nodes) {
    Await.until(
        nodes + " wait",
        () -> control.meters().get("herald_link_waiting_nodes").gauge().value() == nodes);
  }
}
