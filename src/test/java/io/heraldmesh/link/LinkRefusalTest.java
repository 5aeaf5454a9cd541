package io.heraldmesh.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.LogLines;
import io.heraldmesh.RawGrpc;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.bus.LinkAddresses;
import io.heraldmesh.bus.Revocations;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.link.proto.FromNode;
import io.heraldmesh.tls.PartTls;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.ReplyException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Whom and what the control node's end of a link refuses, and when it ends one. */
class LinkRefusalTest extends ServedRoots {
  private static final int MANY = 20_000;

  /** Messages, at least: it leaves the others to the control node. */
  private static final int KEPT_BY_THE_CLIENT = 20;

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
  void whatCannotBeReadIsAnsweredAtOnceWithoutAStackTrace() {
    HeraldSvid svid = mesh.mesh.svid(HeraldRole.NODE, "n1");
    PartTls tls =
        new PartTls(
            svid.key(),
            svid.chain(),
            mesh.mesh.bundle(),
            new PeerVerifier(mesh.mesh.crypto()),
            mesh.clock);
    RawGrpc node =
        new RawGrpc(mesh.vertx(), tls.client(id -> true, List.of("h2")), control.address());
    String attach = "/herald.link.v1.Link/Attach";
    try (LogLines log = new LogLines()) {
      assertThat(node.open(attach, Buffer.buffer(new byte[] {1, 0, 0, 0, 1, 'x'})).status())
          .isEqualTo("12");
      assertThat(node.open(attach, Buffer.buffer(new byte[] {0, 0, 0, 0, 2, -1, -1})).status())
          .isEqualTo("3");
      assertThat(log.traces()).isZero();
    }
    assertThat(nodesAttached()).isZero();
    raw("n1").hello().greeted();
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

  @Test
  void aNodeThatTakesNothingHoldsNoMoreThanItsShareOfMemory() {
    RawLink link = raw("slow").hello().greeted();
    link.stopReading();
    SpiffeId id = SpiffeId.herald(io.heraldmesh.TestAuthority.TD, HeraldRole.NODE, "slow");
    for (int i = 0; i < KEPT_BY_THE_CLIENT; i++) {
      control.vertx().eventBus().request(LinkAddresses.of(id), Buffer.buffer("small"));
    }
    Buffer large = Buffer.buffer(new byte[4 << 20]);
    List<Future<?>> pushes = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      pushes.add(control.vertx().eventBus().request(LinkAddresses.of(id), large));
    }

    Await.until("pushes are refused", () -> pushes.stream().filter(Future::failed).count() > 30);
    assertThat(pushes.stream().filter(Future::failed).map(f -> code(f.cause())))
        .containsOnly(BusFailure.OVERLOADED.code());
    assertThat(waitingBytes()).isLessThanOrEqualTo(LinkLimits.MOST_TO_NODE);
    // The others do not notice.
    assertThat(roots(attached("n1"))).isEqualTo(mesh.mesh.bundle().digest());

    // What it did not take is not kept for a link that a newer one has replaced.
    assertThat(waitingBytes()).isGreaterThan(16 << 20);
    raw("slow").hello().greeted();
    Await.until(
        "given back",
        () -> {
          link.ping();
          return waitingBytes() == 0;
        });
  }

  /** Each that goes on asks, too: a node that attached again and again asked without bound. */
  @Test
  void ofTheOlderLinksOfANodeOneGoesOnWithWhatItHasBegun() {
    byte[] first = signed("n1");
    byte[] second = signed("n1");
    byte[] third = signed("n1");
    RawLink oldest = raw("n1").hello().greeted();
    long begun = System.nanoTime();
    RawLink older = raw("n1").hello().greeted();
    older.ask(1, CA, first);
    assertThat(older.answer(1).hasAnswer()).isTrue();
    assertThat(oldest.ended.get()).isNull();

    RawLink newest = raw("n1").hello().greeted();
    assertThat(oldest.end()).startsWith("OK");
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(LinkLimits.DRAIN);
    older.ask(2, CA, second);
    newest.ask(1, CA, third);
    assertThat(older.answer(2).hasAnswer()).isTrue();
    assertThat(newest.answer(1).hasAnswer()).isTrue();
    assertThat(control.links().attached()).hasSize(1);
  }

  @Test
  void aNodeThatTakesNoRefusalsIsReadNoFurther() {
    RawLink link = raw("slow").hello().greeted();
    link.stopReading();
    try (LogLines log = new LogLines()) {
      for (int id = 1; id <= MANY; id++) {
        link.ask(id, "anything", new byte[0]);
      }

      Await.until("refusals wait", () -> waitingBytes() > 0);
      assertThat(roots(attached("n1"))).isEqualTo(mesh.mesh.bundle().digest());
      assertThat(waitingBytes()).isLessThan(1 << 20);
      assertThat(control.meters().get("herald_link_dropped").counter().count()).isLessThan(MANY);
      assertThat(log.warnings())
          .filteredOn(line -> line.contains("not reached"))
          .hasSizeBetween(1, 20);
    }
  }

  private double waitingBytes() {
    return control.meters().get("herald_link_waiting_bytes").gauge().value();
  }

  private double nodesAttached() {
    return control.meters().get("herald_link_nodes").gauge().value();
  }

  private static int code(Throwable failure) {
    return failure instanceof ReplyException reply ? reply.failureCode() : -1;
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
}
