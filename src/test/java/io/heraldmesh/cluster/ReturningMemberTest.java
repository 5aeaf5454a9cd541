package io.heraldmesh.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import io.heraldmesh.Await;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.spi.cluster.hazelcast.impl.HazelcastRegistrationInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two members, of which one was thought to be gone, as after a partition that has healed. */
class ReturningMemberTest {
  private static final String ADDRESS = "who.is.there";
  private static final String SUBSCRIPTIONS = "__vertx.subs";

  private final List<Vertx> open = new ArrayList<>();
  private final int port = TestMembers.freePort();
  private final HazelcastInstance first = member(port, List.of());
  private final HazelcastInstance second = member(TestMembers.freePort(), List.of(port));
  private final OffloadedClusterManager manager = new OffloadedClusterManager(first);
  private final OffloadedClusterManager secondManager = new OffloadedClusterManager(second);

  private static HazelcastInstance member(int port, List<Integer> others) {
    ClusterSettings settings = TestMembers.settings("returning-test", port, others);
    return Hazelcast.newHazelcastInstance(MemberConfig.of(settings, MemberAddresses.of(settings)));
  }

  private Vertx vertx(OffloadedClusterManager by) {
    Vertx made =
        Await.result(
            Vertx.builder()
                .with(
                    new VertxOptions()
                        .setEventBusOptions(new EventBusOptions().setHost("127.0.0.1")))
                .withClusterManager(by)
                .buildClustered());
    open.add(made);
    return made;
  }

  @BeforeEach
  void serve() {
    Vertx asking = vertx(manager);
    Vertx answering = vertx(secondManager);
    Await.result(
        answering.eventBus().consumer(ADDRESS, message -> message.reply("second")).completion());
    assertThat(asks(asking)).isEqualTo("second");
  }

  @AfterEach
  void stop() {
    open.forEach(vertx -> Await.result(vertx.close()));
    second.shutdown();
    first.shutdown();
  }

  private static String asks(Vertx from) {
    return String.valueOf(Await.result(ask(from)).body());
  }

  private static Future<Message<String>> ask(Vertx from) {
    return from.eventBus().request(ADDRESS, "", new DeliveryOptions().setSendTimeout(500));
  }

  /** A node hears of what the cluster dropped a moment later than the cluster has it. */
  private static void hasOnlyWhoAnswers(Vertx from) {
    Await.until(
        "each of two in a row answered",
        () -> IntStream.range(0, 2).allMatch(again -> answered(ask(from))));
  }

  private static boolean answered(Future<?> asked) {
    return Await.result(asked.transform(done -> Future.succeededFuture(done.succeeded())));
  }

  @Test
  void whatAMemberRegisteredStaysWhenTheNewsThatItIsGoneComesLate() {
    Member returned = second.getCluster().getLocalMember();
    manager.memberRemoved(
        new MembershipEvent(
            first.getCluster(),
            returned,
            MembershipEvent.MEMBER_REMOVED,
            Set.of(first.getCluster().getLocalMember())));
    // after it, in its turn
    manager.stateChanged(new LifecycleEvent(LifecycleState.STARTED));
    Await.until("dealt with", manager::isIdle);

    assertThat(first.getMultiMap(SUBSCRIPTIONS).get(ADDRESS)).hasSize(1);
    assertThat(asks(open.getFirst())).isEqualTo("second");
  }

  @Test
  void whatOthersDroppedIsRegisteredAnewAfterAMergeAlsoLater() {
    secondManager.stateChanged(new LifecycleEvent(LifecycleState.MERGED));
    Await.until("merged", secondManager::isIdle);
    first.getMultiMap(SUBSCRIPTIONS).clear();

    Await.until("registered anew", () -> first.getMultiMap(SUBSCRIPTIONS).get(ADDRESS).size() == 1);
    hasOnlyWhoAnswers(open.getFirst());
  }

  /** As a merge brings it back: of a node that has long been dropped by everybody. */
  @Test
  void whatIsRegisteredOfNobodyIsDropped() {
    first
        .getMultiMap(SUBSCRIPTIONS)
        .put(
            ADDRESS,
            new HazelcastRegistrationInfo(new RegistrationInfo("long-gone-node", 1, false)));
    manager.memberAdded(added(second));

    Await.until("dropped", () -> first.getMultiMap(SUBSCRIPTIONS).get(ADDRESS).size() == 1);
    hasOnlyWhoAnswers(open.getFirst());
  }

  /** As by a member that heard late, and wrongly, that this one was gone. */
  @Test
  void whatOthersDroppedOfAMemberItRegistersAnewWhenOneComes() {
    first.getMultiMap(SUBSCRIPTIONS).clear();
    first.getMap("__vertx.nodeInfo").remove(secondManager.getNodeId());
    secondManager.memberAdded(added(first));

    Await.until("registered anew", () -> first.getMultiMap(SUBSCRIPTIONS).get(ADDRESS).size() == 1);
    Await.until(
        "where it is",
        () -> first.getMap("__vertx.nodeInfo").containsKey(secondManager.getNodeId()));
    hasOnlyWhoAnswers(open.getFirst());
  }

  private static MembershipEvent added(HazelcastInstance instance) {
    return new MembershipEvent(
        instance.getCluster(),
        instance.getCluster().getLocalMember(),
        MembershipEvent.MEMBER_ADDED,
        instance.getCluster().getMembers());
  }
}
