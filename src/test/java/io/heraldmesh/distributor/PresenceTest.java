package io.heraldmesh.distributor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.heraldmesh.Await;
import io.heraldmesh.FakeClock;
import io.heraldmesh.bus.Announcement;
import io.heraldmesh.bus.Announcement.AnnouncedWorkload;
import io.heraldmesh.bus.MeshStatus.Left;
import io.heraldmesh.bus.Registrations;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.store.Announced;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Over a real store; nothing is compiled. */
class PresenceTest {
  private static final TrustDomain TD = new TrustDomain("mesh.test");
  private static final SpiffeId N1 = SpiffeId.herald(TD, HeraldRole.NODE, "n1");
  private static final Set<WorkloadIdentity> WEB = Set.of(new WorkloadIdentity("shop", "web"));
  private static final Duration LONG = Duration.ofDays(1);

  private final FakeClock clock = new FakeClock(Instant.parse("2030-01-01T00:00:00Z"));
  private final Vertx vertx = Vertx.vertx();
  private final Context loop = vertx.getOrCreateContext();
  private final Store store = SqliteStore.inMemory();
  private final AtomicInteger changes = new AtomicInteger();
  private final AtomicLong nanos = new AtomicLong();
  private volatile Registrations registrations = new Registrations(Map.of("n1", WEB));
  private NodeRoll nodes = new NodeRoll();
  private Presence presence = begin();

  private Presence begin() {
    return new Presence(
        TD,
        nodes,
        new Registered(vertx, () -> registrations),
        new NodeMemory(vertx, Ledger.of(store)),
        clock,
        LONG,
        new AnnouncementLimit(nanos::get),
        changes::incrementAndGet);
  }

  private void another() {
    nodes = new NodeRoll();
    presence = begin();
  }

  @AfterEach
  void stop() {
    Await.result(vertx.close());
    store.close();
  }

  /** There, as whatever a presence is asked. */
  private <T> Future<T> onLoop(Supplier<Future<T>> work) {
    Promise<T> done = Promise.promise();
    loop.runOnContext(go -> work.get().onComplete(done));
    return done.future();
  }

  private Future<Void> announce(long sequence) {
    AnnouncedWorkload web =
        new AnnouncedWorkload("shop", "web", "web", Map.of("app", "web"), List.of(), true);
    return onLoop(() -> presence.announce(N1, new Announcement(sequence, List.of(web))));
  }

  private List<String> look() {
    return Await.result(onLoop(() -> Future.succeededFuture(presence.look())));
  }

  private boolean settled() {
    return Await.result(onLoop(() -> Future.succeededFuture(presence.settled())));
  }

  private NodeRecord node() {
    return Objects.requireNonNull(nodes.get("n1"));
  }

  @Test
  void anAnnouncementThatIsConfirmedIsOnDisk() {
    Await.result(announce(1));

    assertThat(store.announcements().all())
        .extracting(Announced::node, Announced::sequence)
        .containsExactly(tuple("n1", 1L));
    assertThat(changes).hasValue(1);
  }

  @Test
  void anAnnouncementOfBeforeIsRefusedAlsoOfANodeThatLeft() {
    Await.result(announce(2));
    assertThat(Await.failure(announce(2))).hasMessageContaining("later announcement");
    assertThat(node().sequence()).isEqualTo(2);

    Await.result(onLoop(() -> presence.withdraw(N1, 5)));
    assertThat(Await.failure(announce(4))).hasMessageContaining("later announcement");
    assertThat(nodes.all()).isEmpty();
  }

  /** Each of its words is a new snapshot for all others. */
  @Test
  void aNodeThatAnnouncesItselfAllTheTimeCountsTenTimesAndThenOnceASecond() {
    for (int sequence = 1; sequence <= AnnouncementLimit.AT_ONCE; sequence++) {
      Await.result(announce(sequence));
    }
    assertThat(Await.failure(announce(11))).hasMessageContaining("OVERLOADED");
    assertThat(Await.failure(announce(12))).hasMessageContaining("OVERLOADED");
    assertThat(changes).hasValue(AnnouncementLimit.AT_ONCE);
    assertThat(node().sequence()).isEqualTo(AnnouncementLimit.AT_ONCE);

    nanos.addAndGet(AnnouncementLimit.EVERY.toNanos());
    Await.result(announce(13));
    assertThat(node().sequence()).isEqualTo(13);
  }

  @Test
  void howeverOftenANodeAnnouncedItselfItMayTakeItsLeave() {
    for (int sequence = 1; sequence <= AnnouncementLimit.AT_ONCE; sequence++) {
      Await.result(announce(sequence));
    }
    assertThat(Await.failure(announce(11))).hasMessageContaining("OVERLOADED");

    Await.result(onLoop(() -> presence.withdraw(N1, 12)));
    assertThat(nodes.all()).isEmpty();
  }

  @Test
  void whatIsNotRegisteredIsRefusedAndToldUntilThereIsAGoodOne() {
    registrations = new Registrations(Map.of("n1", Set.of()));
    assertThat(Await.failure(announce(1))).hasMessageContaining("shop/web");
    assertThat(presence.refusals()).singleElement().asString().contains("shop/web");
    assertThat(nodes.all()).isEmpty();

    registrations = new Registrations(Map.of("n1", WEB));
    Await.result(announce(2));
    assertThat(presence.refusals()).isEmpty();
  }

  @Test
  void theRefusalOfANodeThatIsDeletedIsNoProblemAnyMore() {
    registrations = new Registrations(Map.of("n1", Set.of()));
    assertThat(Await.failure(announce(1))).hasMessageContaining("shop/web");
    Await.result(onLoop(() -> presence.forget("n1")));
    assertThat(presence.refusals()).isEmpty();

    // Deleted at another control node, by the registrations alone.
    assertThat(Await.failure(announce(2))).hasMessageContaining("shop/web");
    registrations = new Registrations(Map.of());
    clock.advance(NodeRecord.SILENCE);
    look();
    assertThat(presence.refusals()).as("it may try again").hasSize(1);
    clock.advance(Duration.ofSeconds(1));
    look();
    assertThat(presence.refusals()).isEmpty();
  }

  @Test
  void theRefusalOfARegisteredNodeIsToldHoweverLongItIsSilent() {
    registrations = new Registrations(Map.of("n1", Set.of()));
    assertThat(Await.failure(announce(1))).hasMessageContaining("shop/web");
    clock.advance(NodeRecord.SILENCE.multipliedBy(10));
    look();
    assertThat(presence.refusals()).hasSize(1);
  }

  @Test
  void aNodeThatIsNotHeardOfIsSilentUntilItSpeaks() {
    Await.result(announce(1));
    clock.advance(NodeRecord.SILENCE);
    assertThat(look()).isEmpty();
    assertThat(node().silent()).isFalse();

    clock.advance(Duration.ofSeconds(1));
    assertThat(look()).isEmpty();
    assertThat(node().silent()).isTrue();
    assertThat(changes).hasValue(2);

    Await.result(onLoop(() -> Future.succeededFuture(presence.seen(N1))));
    assertThat(node().silent()).isFalse();
    assertThat(changes).hasValue(3);
  }

  @Test
  void whoLostARegistrationIsNamedOnceAndCountsNoMore() {
    Await.result(announce(1));
    registrations = new Registrations(Map.of("n1", Set.of()));

    assertThat(look()).containsExactly("n1");
    assertThat(look()).isEmpty();
    assertThat(nodes.all()).isEmpty();
  }

  @Test
  void aNewOneWaitsForAllRegisteredNodes() {
    assertThat(settled()).isFalse();
    Await.result(announce(1));
    assertThat(settled()).isTrue();
  }

  @Test
  void oneThatFindsWordOfTheOneBeforeWaitsForNobody() {
    Await.result(announce(1));
    registrations = new Registrations(Map.of("n1", WEB, "n2", WEB));
    another();
    assertThat(settled()).isFalse();

    Await.result(onLoop(presence::remember));
    assertThat(settled()).isTrue();
    assertThat(node().contact().heard()).isFalse();
  }

  @Test
  void whoTookItsLeaveHasAlsoForTheNextOneUntilItIsBack() {
    Await.result(announce(1));
    Await.result(onLoop(() -> presence.withdraw(N1, 2)));
    Left left = new Left("n1", clock.instant());
    assertThat(nodes.left()).containsExactly(left);

    another();
    Await.result(onLoop(presence::remember));
    assertThat(nodes.left()).containsExactly(left);

    Await.result(announce(3));
    assertThat(nodes.left()).isEmpty();
  }

  @Test
  void aNodeThatIsDeletedTookNoLeaveAndSaidNothing() {
    Await.result(announce(1));
    Await.result(onLoop(() -> presence.withdraw(N1, 2)));
    registrations = new Registrations(Map.of());
    assertThat(look()).isEmpty();
    assertThat(nodes.left()).isEmpty();
    assertThat(nodes.sequence("n1")).isZero();
  }

  @Test
  void whatADeletedNodeSaidKeepsNobodyOutWhoJoinsUnderItsName() {
    Await.result(announce(Long.MAX_VALUE / 2));
    registrations = new Registrations(Map.of());
    Await.result(onLoop(() -> presence.forget("n1")));
    registrations = new Registrations(Map.of("n1", WEB));
    Await.result(announce(7));
    assertThat(node().sequence()).isEqualTo(7);

    // Deleted at another control node.
    registrations = new Registrations(Map.of());
    assertThat(look()).containsExactly("n1");
    assertThat(look()).isEmpty();
    registrations = new Registrations(Map.of("n1", WEB));
    Await.result(announce(3));
    assertThat(node().sequence()).isEqualTo(3);
  }

  @Test
  void whoLostARegistrationTookNoLeave() {
    Await.result(announce(1));
    registrations = new Registrations(Map.of("n1", Set.of()));
    assertThat(look()).containsExactly("n1");
    assertThat(nodes.left()).isEmpty();
  }
}
