package io.heraldmesh.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.InclusionProof;
import io.heraldmesh.bus.SnapshotContent;
import io.heraldmesh.bus.SnapshotFrame;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PushQueueTest {
  /** Of these a node has one under way at once. */
  private static final int LARGE = PushQueue.MOST_OF_A_NODE;

  private static final long THREE_LARGE = 3 * (LARGE + 2048L);
  private static final Duration LONG = Duration.ofDays(1);
  private static final Duration SHORT = Duration.ofMillis(50);

  private final Vertx vertx = Vertx.vertx();
  private final Context loop = vertx.getOrCreateContext();
  private final List<Sent> sent = new CopyOnWriteArrayList<>();

  private record Sent(String node, SnapshotFrame frame, Promise<Void> answer) {}

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  private PushQueue queue(long most, Duration patience) {
    return new PushQueue(vertx, most, patience, this::send);
  }

  private Future<Void> send(SpiffeId node, SnapshotFrame frame) {
    Promise<Void> answer = Promise.promise();
    sent.add(new Sent(node.herald().orElseThrow().name(), frame, answer));
    return answer.future();
  }

  private static SnapshotFrame frame(int bytes) {
    return new SnapshotFrame(
        ByteString.of(),
        null,
        new InclusionProof(0, List.of()),
        new SnapshotContent.Whole(ByteString.of(new byte[bytes])));
  }

  private void onLoop(Runnable work) {
    Promise<Void> done = Promise.promise();
    loop.runOnContext(
        go -> {
          work.run();
          done.complete();
        });
    Await.result(done.future());
  }

  private void put(PushQueue queue, SnapshotFrame frame, String... nodes) {
    onLoop(
        () -> {
          for (String node : nodes) {
            queue.put(SpiffeId.herald(TestAuthority.TD, HeraldRole.NODE, node), frame);
          }
        });
  }

  private void answer(int push) {
    onLoop(() -> sent.get(push).answer().complete());
  }

  private List<String> nodes() {
    return sent.stream().map(Sent::node).toList();
  }

  @Test
  void onlySoManyOctetsAreUnderWayAtOnceInTheOrderInWhichTheyCame() {
    PushQueue queue = queue(THREE_LARGE, LONG);
    put(queue, frame(LARGE), "n5", "n4", "n3", "n2", "n1");
    assertThat(nodes()).containsExactly("n5", "n4", "n3");

    answer(1);
    assertThat(nodes()).containsExactly("n5", "n4", "n3", "n2");
    onLoop(() -> sent.getFirst().answer().fail("nobody is there"));
    assertThat(nodes()).containsExactly("n5", "n4", "n3", "n2", "n1");
  }

  @Test
  void smallFramesForTenThousandNodesAreAllUnderWayAtOnce() {
    PushQueue queue = queue(64 << 20, LONG);
    put(
        queue,
        frame(4 << 10),
        IntStream.range(0, 10_000).mapToObj(i -> "n" + i).toArray(String[]::new));

    assertThat(sent).hasSize(10_000);
  }

  @Test
  void aFrameThatIsMoreThanMayBeUnderWayGoesAlone() {
    PushQueue queue = queue(1024, LONG);
    put(queue, frame(LARGE), "n1", "n2");
    assertThat(nodes()).containsExactly("n1");

    answer(0);
    assertThat(nodes()).containsExactly("n1", "n2");
  }

  @Test
  void aNewerRevisionTakesThePlaceOfWhatStillWaits() {
    PushQueue queue = queue(1024, LONG);
    SnapshotFrame older = frame(LARGE);
    SnapshotFrame newer = frame(LARGE + 1);
    put(queue, older, "n1", "n2", "n3");
    put(queue, newer, "n2");
    answer(0);
    answer(1);

    assertThat(nodes()).containsExactly("n1", "n2", "n3");
    assertThat(sent.get(1).frame()).isSameAs(newer);
    assertThat(sent.get(2).frame()).isSameAs(older);
  }

  /** It has no more of the room than others, however often its snapshot changes. */
  @Test
  void theNextLargeFrameOfANodeWaitsForTheOneBeforeAndHoldsUpNobody() {
    PushQueue queue = queue(THREE_LARGE, LONG);
    put(queue, frame(LARGE), "n1");
    put(queue, frame(LARGE), "n1", "n2");
    assertThat(nodes()).containsExactly("n1", "n2");

    answer(0);
    assertThat(nodes()).containsExactly("n1", "n2", "n1");
  }

  @Test
  void smallFramesOfANodeFollowEachOtherAsTheyCome() {
    PushQueue queue = queue(THREE_LARGE, LONG);
    put(queue, frame(100), "n1", "n1", "n1");

    assertThat(nodes()).containsExactly("n1", "n1", "n1");
  }

  @Test
  void aNodeThatDoesNotAnswerHoldsUpTheOthersForAMomentOnly() {
    PushQueue queue = queue(1024, SHORT);
    put(queue, frame(100), "hangs", "n1");

    Await.until("the other's turn", () -> sent.size() == 2);
    assertThat(sent.getFirst().answer().future().isComplete()).isFalse();
  }

  @Test
  void thoseThatDoNotAnswerHoldNoMoreThanAsMuchAgain() {
    PushQueue queue = queue(2048, SHORT);
    put(queue, frame(800), "hangs", "hangs-too", "n1");
    Await.until("the second's turn", () -> sent.size() == 2);
    // Longer than its patience: the third would have been sent.
    Await.result(vertx.timer(4 * SHORT.toMillis(), TimeUnit.MILLISECONDS));
    assertThat(nodes()).containsExactly("hangs", "hangs-too");

    answer(0);
    Await.until("the third's turn", () -> sent.size() == 3);
  }

  @Test
  void nothingThatWaitsIsSentAfterTheEnd() {
    PushQueue queue = queue(1024, LONG);
    put(queue, frame(LARGE), "n1", "n2");
    onLoop(queue::close);
    answer(0);

    assertThat(nodes()).containsExactly("n1");
  }
}
