package io.heraldmesh.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.DistributorService;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.bus.LinkAddresses;
import io.heraldmesh.bus.SvidSource;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What both ends of a link promise each other. */
class LinkTest extends ServedRoots {
  @Test
  void anAttachedNodeAsksTheControlPlaneAsIfItRanHere() {
    LinkFixture.Attaching node = attached("n1");

    assertThat(roots(node)).isEqualTo(mesh.mesh.bundle().digest());
    assertThat(callers).containsExactly(node.identity().svid().id());
  }

  @Test
  void theControlNodeTellsWhoIsAttachedAndSinceWhen() {
    attached("n2");
    attached("n1");

    assertThat(control.links().attached())
        .extracting(n -> n.id().herald().orElseThrow().name())
        .containsExactly("n1", "n2");
    assertThat(control.links().attached().getFirst().since())
        .isBefore(mesh.clock.instant().plusMillis(1));
    assertThat(control.meters().get("herald_link_nodes").gauge().value()).isEqualTo(2);
  }

  @Test
  void whatIsForOneNodeReachesThatNodeAlone() {
    LinkFixture.Attaching one = attached("n1");
    LinkFixture.Attaching two = attached("n2");
    List<String> taken = new CopyOnWriteArrayList<>();
    for (LinkFixture.Attaching node : List.of(one, two)) {
      SpiffeId id = node.identity().svid().id();
      node.vertx()
          .eventBus()
          .<Buffer>consumer(
              LinkAddresses.of(id),
              message -> {
                taken.add(id.herald().orElseThrow().name() + " got " + message.body());
                message.reply(Buffer.buffer("thanks"));
              });
    }

    Buffer answer = Await.result(push(one, "for n1"));

    assertThat(answer).hasToString("thanks");
    assertThat(taken).containsExactly("n1 got for n1");
  }

  @Test
  void withoutALinkTheControlPlaneIsUnreachableAtOnce() {
    LinkFixture.Attaching node = mesh.node("n1", SocketAddress.inetSocketAddress(1, "127.0.0.1"));

    assertThat(failure(CaService.over(node.bus()).roots())).isEqualTo(BusFailure.UNREACHABLE);
    Await.until("the reason is told", () -> node.link().status().lastError() != null);
  }

  /** The first one loads a native library and a thousand classes. */
  @Test
  void theClientOfALinkIsMadeBesideTheEventLoops() {
    Vertx vertx = mesh.vertx();
    SvidSource held = mesh.identity("n1");
    List<Boolean> onLoop = new CopyOnWriteArrayList<>();
    SvidSource watched =
        new SvidSource() {
          @Override
          public HeraldSvid svid() {
            return held.svid();
          }

          @Override
          public TrustBundle bundle() {
            onLoop.add(Context.isOnEventLoopThread());
            return held.bundle();
          }
        };
    LinkClient link = mesh.link(vertx, watched, control.address());
    Await.result(link.start());
    Await.until("attached", () -> link.status().attached());

    assertThat(onLoop).isNotEmpty().containsOnly(false);
  }

  @Test
  void aNodeComesBackWhenItsControlNodeDoes() {
    LinkFixture.Attaching node = attached("n1");
    int port = control.address().port();
    mesh.stop(control);
    Await.until("the loss is noticed", () -> !node.link().status().attached());
    assertThat(failure(CaService.over(node.bus()).roots())).isEqualTo(BusFailure.UNREACHABLE);

    serveRoots(mesh.control(port));

    LinkFixture.attached(node);
    assertThat(roots(node)).isEqualTo(mesh.mesh.bundle().digest());
  }

  @Test
  void anotherControlNodeDoesAsWell() {
    LinkFixture.Control other = mesh.control(0);
    serveRoots(other);
    LinkFixture.Attaching node = mesh.node("n1", control.address(), other.address());
    LinkFixture.attached(node);
    boolean first = String.valueOf(control.address()).equals(node.link().status().address());
    mesh.stop(first ? control : other);

    Await.until(
        "attached to the other",
        () ->
            String.valueOf((first ? other : control).address())
                .equals(node.link().status().address()));
    assertThat(roots(node)).isEqualTo(mesh.mesh.bundle().digest());
  }

  @Test
  void bothEndsNoticeWithinTenSecondsThatTheNetworkLosesEverything() {
    Forwarder network = new Forwarder(mesh.vertx(), control.address());
    LinkFixture.Attaching node = mesh.node("n1", network.address());
    LinkFixture.attached(node);

    long lost = System.nanoTime();
    network.loseEverything();
    Await.until("the node noticed", () -> !node.link().status().attached());
    Await.until("the control node noticed", () -> control.links().attached().isEmpty());
    // 9 s, looked for every second; on a loaded machine looks come late.
    assertThat(Duration.ofNanos(System.nanoTime() - lost)).isBetween(seconds(7), seconds(20));

    network.heal();
    LinkFixture.attached(node);
  }

  @Test
  void aRenewedIdentityMovesToANewStreamAndNoCallIsLost() {
    LinkFixture.Attaching node = attached("n1");
    HeraldSvid renewed = mesh.mesh.svid(HeraldRole.NODE, "n1");
    java.time.Instant before = control.links().attached().getFirst().since();
    node.identity().replace(renewed);

    Await.until(
        "a new stream, and every call answered meanwhile",
        () -> {
          assertThat(roots(node)).isEqualTo(mesh.mesh.bundle().digest());
          return control.links().attached().getFirst().since().isAfter(before);
        });
    assertThat(control.links().attached()).hasSize(1);
    assertThat(roots(node)).isEqualTo(mesh.mesh.bundle().digest());
  }

  @Test
  void aNodeIsReachedOverItsNewestStream() {
    RawLink old = raw("n1").hello().greeted();
    RawLink fresh = raw("n1").hello().greeted();
    SpiffeId id = SpiffeId.herald(io.heraldmesh.TestAuthority.TD, HeraldRole.NODE, "n1");
    // At once: the older stream may still be registered at the bus. What reaches it while it leaves
    // the bus is lost, as its sender learns, so pushes are repeated.
    Await.until(
        "reached over the new one",
        () -> {
          control.vertx().eventBus().send(LinkAddresses.of(id), Buffer.buffer("p"));
          return fresh.received.stream().filter(m -> m.hasRequest()).count() >= 6;
        });
    assertThat(old.received).noneMatch(m -> m.hasRequest());
    assertThat(old.end()).startsWith("OK");
  }

  /** What can be pushed can be asked for too. */
  @Test
  void theLargestSnapshotIsFetchedOverALink() {
    LinkFixture.Attaching node = attached("n1");
    ByteString largest = ByteString.of(new byte[24 << 20]);
    serveSnapshot(control, largest);

    assertThat(Await.result(DistributorService.over(node.bus()).fetch(null)).frame())
        .isEqualTo(largest);
  }

  private Future<Buffer> push(LinkFixture.Attaching node, String text) {
    return control
        .vertx()
        .eventBus()
        .<Buffer>request(LinkAddresses.of(node.identity().svid().id()), Buffer.buffer(text))
        .map(m -> m.body());
  }

  private static Duration seconds(int seconds) {
    return Duration.ofSeconds(seconds);
  }
}
