package io.heraldmesh.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.MemoryOnceOnly;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.bus.LinkAddresses;
import io.heraldmesh.bus.Revocations;
import io.heraldmesh.bus.SvidSource;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.link.proto.FromNode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What both ends of a link promise, over real mutual TLS. */
class LinkTest {
  private static final String CA = "herald.ca";

  private final LinkFixture mesh = new LinkFixture();
  private final LinkFixture.Control control = mesh.control(0);
  private final List<SpiffeId> callers = new CopyOnWriteArrayList<>();

  LinkTest() {
    serveRoots(control);
  }

  @AfterEach
  void close() {
    mesh.close();
  }

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
  void aLinkEndsWithTheCertificateThatItBeganWith() {
    RawLink link =
        new RawLink(
                mesh,
                mesh.vertx(),
                mesh.mesh.svid(HeraldRole.NODE, "n1", Duration.ofSeconds(4)),
                control.address())
            .hello()
            .greeted();

    assertThat(link.end()).startsWith("UNAUTHENTICATED");
    Await.until("nobody is attached", () -> control.links().attached().isEmpty());
  }

  @Test
  void theLinkOfARevokedNodeEndsAtOnceAndItDoesNotComeBack() {
    LinkFixture.Attaching revoked = attached("n1");
    LinkFixture.Attaching other = attached("n2");
    Instant begin = revoked.identity().svid().leaf().getNotBefore().toInstant();
    mesh.revocations = new Revocations(Map.of("n1", begin.plusSeconds(1)));
    control.links().look();

    Await.until(
        Duration.ofSeconds(1), "only n2 is left", () -> control.links().attached().size() == 1);
    Await.until("the node knows", () -> !revoked.link().status().attached());
    assertThat(failure(CaService.over(revoked.bus()).roots())).isEqualTo(BusFailure.UNREACHABLE);
    Await.until(
        "it tried again",
        () -> String.valueOf(revoked.link().status().lastError()).contains("no longer good"));
    assertThat(control.links().attached()).hasSize(1);
    assertThat(roots(other)).isEqualTo(mesh.mesh.bundle().digest());
  }

  @Test
  void anAddressThatIsNotOnTheListIsNotReached() {
    LinkFixture.Attaching other = attached("n2");
    List<Object> reached = new CopyOnWriteArrayList<>();
    String othersAddress = LinkAddresses.of(other.identity().svid().id());
    other.vertx().eventBus().consumer(othersAddress, m -> reached.add(m.body()));
    control.vertx().eventBus().consumer("anything", m -> reached.add(m.body()));
    RawLink link = raw("n1").hello().greeted();

    link.ask(1, othersAddress, signed("n1")).ask(2, "anything", signed("n1"));
    link.ask(3, "", signed("n1")).ask(4, "herald.admin", signed("n1"));

    for (int id = 1; id <= 4; id++) {
      assertThat(link.answer(id).getFailure().getCode()).isEqualTo(BusFailure.FORBIDDEN.code());
    }
    assertThat(reached).isEmpty();
  }

  @Test
  void whatAnotherNodeSignedIsNotPassedOn() {
    RawLink link = raw("n1").hello().greeted();

    link.ask(1, CA, signed("n2")).ask(2, CA, "not an envelope".getBytes(StandardCharsets.UTF_8));

    assertThat(link.answer(1).getFailure().getCode()).isEqualTo(BusFailure.FORBIDDEN.code());
    assertThat(link.answer(2).getFailure().getCode()).isEqualTo(BusFailure.FORBIDDEN.code());
    assertThat(callers).isEmpty();
    link.ask(3, CA, signed("n1"));
    assertThat(link.answer(3).hasAnswer()).isTrue();
  }

  @Test
  void onlyNodesAttach() {
    for (HeraldRole role : List.of(HeraldRole.OPERATOR, HeraldRole.CA, HeraldRole.CONFIG)) {
      RawLink link =
          new RawLink(mesh, mesh.vertx(), mesh.mesh.svid(role, "x"), control.address()).hello();
      assertThat(link.end()).contains("PERMISSION_DENIED");
    }
  }

  @Test
  void aWorkloadsCertificateIsNoNodes() {
    SpiffeId workload = SpiffeId.workload(io.heraldmesh.TestAuthority.TD, "shop", "orders");
    java.security.KeyPair keys = io.heraldmesh.TestAuthority.keys();
    var chain = mesh.mesh.chain(workload, keys, Duration.ofHours(1));

    assertThat(RawCall.status(mesh, keys, chain, control.address())).contains("PERMISSION_DENIED");
  }

  @Test
  void aStreamThatDoesNotBeginWithItsHelloEnds() {
    assertThat(raw("n1").ask(1, CA, signed("n1")).end()).startsWith("INVALID_ARGUMENT");
    assertThat(callers).isEmpty();
  }

  @Test
  void aMessageOfAnUnknownKindEndsTheStream() {
    assertThat(raw("n1").hello().greeted().send(FromNode.getDefaultInstance()).end())
        .startsWith("INVALID_ARGUMENT");
  }

  @Test
  void versionsOfTheProtocolMustMeet() {
    assertThat(raw("n1").hello(2, 3).end()).startsWith("FAILED_PRECONDITION").contains("2 to 3");
    raw("n1").hello(1, 7).greeted();
  }

  @Test
  void aMessageBeyondTheBoundEndsTheConnectionAndReachesNobody() {
    RawLink link = raw("n1").hello().greeted();
    link.ask(1, CA, new byte[LinkLimits.MOST_FROM_NODE + 1]);

    assertThat(link.end()).isNotNull();
    Await.until("the connection is closed", () -> link.ping().closed.get());
    Await.until("nobody is attached", () -> nodesAttached() == 0);
    assertThat(callers).isEmpty();
  }

  private double nodesAttached() {
    return control.meters().get("herald_link_nodes").gauge().value();
  }

  @Test
  void aNodeThatTakesNothingHoldsNoMoreThanItsShareOfMemory() {
    RawLink link = raw("slow").hello().greeted();
    link.stopReading();
    SpiffeId id = SpiffeId.herald(io.heraldmesh.TestAuthority.TD, HeraldRole.NODE, "slow");
    Buffer large = Buffer.buffer(new byte[4 << 20]);
    List<Future<?>> pushes = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      pushes.add(control.vertx().eventBus().request(LinkAddresses.of(id), large));
    }

    Await.until("pushes are refused", () -> pushes.stream().filter(Future::failed).count() > 30);
    assertThat(pushes.stream().filter(Future::failed).map(f -> code(f.cause())))
        .containsOnly(BusFailure.OVERLOADED.code());
    assertThat(control.meters().get("herald_link_waiting_bytes").gauge().value())
        .isLessThanOrEqualTo(LinkLimits.MOST_TO_NODE);
    // The others do not notice.
    assertThat(roots(attached("n1"))).isEqualTo(mesh.mesh.bundle().digest());
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

  private void serveRoots(LinkFixture.Control at) {
    Await.result(
        CaService.serve(
            mesh.bus(at, HeraldRole.CA),
            new MemoryOnceOnly(),
            new CaService.Server() {
              @Override
              public Future<CaService.Issued> issue(SpiffeId caller, CaService.IssueRequest asked) {
                return Future.failedFuture("not here");
              }

              @Override
              public Future<CaService.Roots> roots(SpiffeId caller) {
                callers.add(caller);
                return Future.succeededFuture(new CaService.Roots(mesh.mesh.bundle()));
              }

              @Override
              public Future<CaService.EpochSigned> epoch(
                  SpiffeId caller, CaService.EpochRequest asked) {
                return Future.failedFuture("not here");
              }
            }));
  }

  private LinkFixture.Attaching attached(String name) {
    LinkFixture.Attaching node = mesh.node(name, control.address());
    LinkFixture.attached(node);
    return node;
  }

  private RawLink raw(String name) {
    return new RawLink(
        mesh, mesh.vertx(), mesh.mesh.svid(HeraldRole.NODE, name), control.address());
  }

  private static String roots(LinkFixture.Attaching node) {
    return Await.result(CaService.over(node.bus()).roots()).bundle().digest();
  }

  private Future<Buffer> push(LinkFixture.Attaching node, String text) {
    return control
        .vertx()
        .eventBus()
        .<Buffer>request(LinkAddresses.of(node.identity().svid().id()), Buffer.buffer(text))
        .map(m -> m.body());
  }

  /** A request to the authority as {@code name} would sign it, taken off its bus. */
  private byte[] signed(String name) {
    var vertx = mesh.vertx();
    AtomicReference<Buffer> taken = new AtomicReference<>();
    vertx.eventBus().<Buffer>consumer(CA, m -> taken.set(m.body()));
    CaService.over(mesh.mesh.bus(vertx, HeraldRole.NODE, name)).roots();
    Await.until("signed", () -> taken.get() != null);
    return Objects.requireNonNull(taken.get()).getBytes();
  }

  private static BusFailure failure(Future<?> future) {
    return ((BusException) Await.failure(future)).failure();
  }

  private static int code(Throwable failure) {
    return failure instanceof ReplyException reply ? reply.failureCode() : -1;
  }

  private static Duration seconds(int seconds) {
    return Duration.ofSeconds(seconds);
  }
}
