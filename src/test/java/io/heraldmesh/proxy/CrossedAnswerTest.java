package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.Await;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.TestRevisions;
import io.heraldmesh.bus.Acknowledgement;
import io.heraldmesh.bus.Announcement;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.DistributorService;
import io.heraldmesh.bus.EncodedSnapshot;
import io.heraldmesh.bus.EncodedSnapshot.Part;
import io.heraldmesh.bus.EpochGrant;
import io.heraldmesh.bus.MeshStatus;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.bus.SchemaLevel;
import io.heraldmesh.bus.SharedKeySets;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.bus.SignedRevision;
import io.heraldmesh.bus.SnapshotCodec;
import io.heraldmesh.bus.SnapshotContent;
import io.heraldmesh.bus.SnapshotPush;
import io.heraldmesh.bus.UsedCertificates.ReportsPage;
import io.heraldmesh.bus.UsedCertificates.UsedReport;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Protocol;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What crosses on its way between a node and the distributor is no reason to doubt either. */
class CrossedAnswerTest {
  private static final long LATER_CLOCK = Instant.parse("2200-01-01T00:00:00Z").toEpochMilli();
  private static final EncodedSnapshot FIRST = snapshot(List.of());
  private static final EncodedSnapshot SECOND =
      snapshot(
          List.of(
              new Destination(
                  "shop/web",
                  Set.of("web.shop"),
                  80,
                  Protocol.HTTP,
                  "outbound_.80_._.web.shop",
                  Set.of(),
                  List.of())));

  private final TestAuthority mesh = new TestAuthority(InstantSource.system());
  private final Vertx vertx = Vertx.vertx();
  private final SignedBus config = mesh.bus(vertx, HeraldRole.CONFIG, "config");
  private final SpiffeId id = SpiffeId.herald(TestAuthority.TD, HeraldRole.NODE, "n1");
  private final ByteString word =
      new EpochGrant(1).signed(mesh.bus(vertx, HeraldRole.CA, "authority"));
  private final BlockingQueue<Question> questions = new LinkedBlockingQueue<>();
  private final BlockingQueue<Promise<Void>> announcements = new LinkedBlockingQueue<>();
  private final List<Acknowledgement> acknowledged = new CopyOnWriteArrayList<>();
  private volatile boolean announcementsWait;
  private volatile boolean knowsNumbers = true;
  private volatile long lastNumber;
  private final SnapshotSubscriber node =
      new SnapshotSubscriber(
          vertx,
          mesh.bus(vertx, HeraldRole.NODE, "n1"),
          List.of(),
          InstantSource.system(),
          snapshot -> Future.succeededFuture());

  /** What the node asked, to be answered by the test. */
  private record Question(@Nullable ByteString held, Promise<DistributorService.Fetched> answer) {}

  private final class Answers implements DistributorService.Server {
    @Override
    public Future<Void> announce(SpiffeId of, Announcement announcement) {
      Promise<Void> answer = Promise.promise();
      lastNumber = announcement.sequence();
      if (announcementsWait) {
        announcements.add(answer);
      } else {
        answer.complete();
      }
      return answer.future();
    }

    @Override
    public Future<Long> lastSequence(SpiffeId of) {
      return knowsNumbers
          ? Future.succeededFuture(LATER_CLOCK)
          : Future.failedFuture(new BusException(BusFailure.UNKNOWN_TYPE, "not known here"));
    }

    @Override
    public Future<Void> withdraw(SpiffeId of, long sequence) {
      return Future.succeededFuture();
    }

    @Override
    public Future<DistributorService.Fetched> fetch(SpiffeId of, @Nullable ByteString held) {
      Promise<DistributorService.Fetched> answer = Promise.promise();
      questions.add(new Question(held, answer));
      return answer.future();
    }

    @Override
    public Future<Void> acknowledge(SpiffeId of, Acknowledgement acknowledgement) {
      acknowledged.add(acknowledgement);
      return Future.succeededFuture();
    }

    @Override
    public Future<Void> report(SpiffeId of, UsedReport report) {
      return Future.succeededFuture();
    }

    @Override
    public Future<MeshStatus> status(SpiffeId caller) {
      return Future.failedFuture("not asked here");
    }

    @Override
    public Future<ReportsPage> reports(SpiffeId caller, @Nullable String after) {
      return Future.failedFuture("not asked here");
    }

    @Override
    public Future<SharedKeySets> keySets(SpiffeId caller) {
      return Future.failedFuture("not asked here");
    }
  }

  @BeforeEach
  void start() throws InterruptedException {
    Await.result(DistributorService.serve(config, new Answers()));
    Await.result(node.start());
    question().answer().complete(fetched(1, FIRST, FIRST.over(null)));
    Await.result(node.first());
  }

  @AfterEach
  void stop() {
    Await.result(vertx.close());
  }

  private static EncodedSnapshot snapshot(List<Destination> shared) {
    return EncodedSnapshot.of(
        Part.of(SnapshotCodec.encode(TestRevisions.empty("n1"))),
        Part.of(SnapshotCodec.encodeShared(shared, SchemaLevel.NEWEST)));
  }

  private Question question() throws InterruptedException {
    Question asked = questions.poll(20, TimeUnit.SECONDS);
    return Objects.requireNonNull(asked, "no question came");
  }

  private SignedRevision revision(long number, EncodedSnapshot of) {
    return new SignedRevision(new Revision(1, number), Map.of(id, of.digest()));
  }

  private DistributorService.Fetched fetched(
      long number, EncodedSnapshot of, @Nullable SnapshotContent content) {
    return new DistributorService.Fetched(
        ByteString.of(revision(number, of).frame(config, word, id, content).toBytes()));
  }

  private void push(long number, EncodedSnapshot of) {
    Await.result(
        SnapshotPush.push(config, id, revision(number, of).frame(config, null, id, of.over(null))));
  }

  private void theNextQuestionSays(EncodedSnapshot held) throws InterruptedException {
    Future<Void> next = node.ask();
    Question asked = question();
    assertThat(asked.held()).isEqualTo(held.digest());
    asked.answer().complete(fetched(2, held, null));
    Await.result(next);
  }

  @Test
  void anAnnouncementThatALaterOneOvertookIsNoFailure() throws InterruptedException {
    announcementsWait = true;
    Future<Void> slow = node.announce(List.of());
    Promise<Void> first = announcement();
    Future<Void> later = node.announce(List.of());
    announcement().complete();
    Await.result(later);

    first.fail(replayed());

    Await.result(slow);
  }

  @Test
  void anAnnouncementThatIsOlderThanOneOfAnotherProcessIsMadeOnceMoreAboveThat()
      throws InterruptedException {
    announcementsWait = true;
    Future<Void> only = node.announce(List.of());

    announcement().fail(replayed());
    announcement().complete();

    Await.result(only);
    assertThat(lastNumber).isEqualTo(LATER_CLOCK + 1);
  }

  @Test
  void anAnnouncementThatIsRefusedOnceMoreFails() throws InterruptedException {
    announcementsWait = true;
    Future<Void> only = node.announce(List.of());

    announcement().fail(replayed());
    announcement().fail(replayed());

    assertThat(Await.failure(only)).hasMessageContaining("a later one came before");
  }

  @Test
  void anAnnouncementThatADistributorOfBeforeFindsOldFails() throws InterruptedException {
    announcementsWait = true;
    knowsNumbers = false;
    Future<Void> only = node.announce(List.of());

    announcement().fail(replayed());

    assertThat(Await.failure(only)).hasMessageContaining("a later one came before");
  }

  private Promise<Void> announcement() throws InterruptedException {
    Promise<Void> asked = announcements.poll(20, TimeUnit.SECONDS);
    return Objects.requireNonNull(asked, "no announcement came");
  }

  private static BusException replayed() {
    return new BusException(BusFailure.REPLAYED, "a later one came before");
  }

  @Test
  void anAnswerThatConfirmsWhatWasHeldBeforeIsNoNews() throws InterruptedException {
    Future<Void> asking = node.ask();
    Question crossed = question();
    push(2, SECOND);

    crossed.answer().complete(fetched(1, FIRST, null));

    Await.result(asking);
    assertThat(node.revision()).isEqualTo(new Revision(1, 2));
    theNextQuestionSays(SECOND);
  }

  @Test
  void anAnswerThatBringsWhatWasWantedBeforeIsNoNewsEither() throws InterruptedException {
    Future<Void> asking = node.ask();
    Question crossed = question();
    push(2, SECOND);

    crossed.answer().complete(fetched(1, FIRST, FIRST.over(null)));

    Await.result(asking);
    assertThat(node.revision()).isEqualTo(new Revision(1, 2));
    assertThat(acknowledged).noneMatch(said -> said.refusal() != null);
    theNextQuestionSays(SECOND);
  }

  /** Nothing crossed it: the control plane is another, or its database is one of before. */
  @Test
  void anAnswerThatIsOlderThanWhatWasHeldIsRefusedWithTheReasonAndWhatIsHeldStays()
      throws InterruptedException {
    push(2, SECOND);
    Future<Void> asking = node.ask();

    question().answer().complete(fetched(1, FIRST, FIRST.over(null)));

    Await.result(asking);
    Acknowledgement said = acknowledged.getLast();
    assertThat(said.revision()).isEqualTo(new Revision(1, 1));
    assertThat(said.digest()).isEqualTo(FIRST.digest());
    assertThat(said.refusal()).contains("holds revision 1.2, which is newer", "sealed/snapshot");
    assertThat(node.revision()).isEqualTo(new Revision(1, 2));
    theNextQuestionSays(SECOND);
  }

  @Test
  void anAnswerThatConfirmsWhatIsNotHeldIsNotBelievedAndAllIsAskedFor()
      throws InterruptedException {
    Future<Void> asking = node.ask();

    question().answer().complete(fetched(2, SECOND, null));

    assertThatThrownBy(() -> Await.result(asking))
        .hasMessageContaining("does not hold this snapshot");
    assertThat(node.revision()).isEqualTo(new Revision(1, 1));
    assertThat(question().held()).isNull();
  }
}
