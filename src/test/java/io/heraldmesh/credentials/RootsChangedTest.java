package io.heraldmesh.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.heraldmesh.Await;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.identity.TrustBundle;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What is on its way while roots change, or while a leaf ends, does not bring back what went. */
class RootsChangedTest extends CredentialsFixture {
  private final TestAuthority newer = new TestAuthority(clock);
  private final TrustBundle both =
      new TrustBundle(
          Map.of(
              TestAuthority.TD,
              List.of(
                  newer.bundle().of(TestAuthority.TD).getFirst(),
                  mesh.bundle().of(TestAuthority.TD).getFirst())));

  @Test
  void rootsAreAskedForAtOnceWhenTheyAreSaidToHaveChanged() {
    begin();
    ca.bundle = both;

    credentials.rootsChanged();

    Await.until("roots", () -> credentials.current().bundle().equals(both));
    assertThat(identity.bundle()).isEqualTo(both);
  }

  @Test
  void aCertificateFromBeforeAWithdrawalDoesNotBringTheRootBack() {
    take(both, 1);
    Promise<Void> late = Promise.promise();
    ca.held = late.future();
    int asked = ca.asked.get();
    Future<Credential> leaf = credentials.renewNow(WEB);
    Await.until("asked", () -> ca.asked.get() > asked);
    ca.signer = newer;
    take(newer.bundle(), 2);

    long questions = ca.rootsAsked.get();
    late.complete();
    Await.result(leaf);

    assertThat(published).extracting(CredentialSet::bundle).last().isEqualTo(newer.bundle());
    assertThat(identity.bundle()).isEqualTo(newer.bundle());
    Await.until("asked for the roots", () -> ca.rootsAsked.get() > questions);
  }

  @Test
  void theNodesOwnRenewalFromBeforeAWithdrawalDoesNotBringTheRootBack() {
    take(both, 1);
    Promise<Void> late = Promise.promise();
    ca.held = late.future();
    int asked = ca.asked.get();
    clock.advance(Duration.ofHours(30));
    credentials.tick();
    Await.until("all three asked", () -> ca.asked.get() == asked + 3);
    ca.signer = newer;
    take(newer.bundle(), 2);
    String before = credentials.identityStatus().serial();

    late.complete();
    Await.until("renewed", () -> !Objects.equals(credentials.identityStatus().serial(), before));
    settle();

    assertThat(identity.bundle()).isEqualTo(newer.bundle());
    assertThat(credentials.current().bundle()).isEqualTo(newer.bundle());
  }

  /** Another control node has not heard of the change yet. */
  @Test
  void rootsWithALowerNumberAreNotTaken() {
    take(newer.bundle(), 7);
    ca.bundle = both;
    ca.number = 6;
    long asked = ca.rootsAsked.get();
    credentials.rootsChanged();
    Await.until("asked", () -> ca.rootsAsked.get() > asked);
    take(mesh.bundle(), 8);

    assertThat(published).extracting(CredentialSet::bundle).doesNotContain(both);
  }

  /** Whatever is behind, and answers first after the start, does not bring back what went. */
  @Test
  void aNodeThatIsStartedAgainDoesNotTakeAWithdrawnRootBack(@TempDir Path state)
      throws IOException {
    List<NodeIdentity.Held> told = new CopyOnWriteArrayList<>();
    identity.onChange(told::add);
    take(both, 6);
    take(newer.bundle(), 7);
    NodeIdentity.in(state).store(told.getLast());

    RenewableIdentity again =
        new RenewableIdentity(NodeIdentity.in(state).load(mesh.crypto()).orElseThrow());
    List<TrustBundle> taken = new CopyOnWriteArrayList<>();
    try (NodeCredentials restarted = credentials(again)) {
      restarted.onChange(set -> taken.add(set.bundle()));
      ca.bundle = both;
      ca.number = 6;
      long asked = ca.rootsAsked.get();
      restarted.rootsChanged();
      Await.until("asked", () -> ca.rootsAsked.get() > asked);
      ca.bundle = mesh.bundle();
      ca.number = 8;
      restarted.rootsChanged();
      Await.until("newer ones", () -> taken.contains(mesh.bundle()));
    }

    assertThat(taken).containsExactly(mesh.bundle());
  }

  /** What came with a join has none, and most nodes never see another root. */
  @Test
  void theNumberOfRootsThatDidNotChangeIsKeptToo() {
    List<NodeIdentity.Held> told = new CopyOnWriteArrayList<>();
    begin();
    identity.onChange(told::add);
    ca.number = 5;

    credentials.rootsChanged();

    Await.until("told", () -> !told.isEmpty());
    assertThat(told.getFirst().rootsNumber()).isEqualTo(5);
    assertThat(told.getFirst().bundle()).isEqualTo(mesh.bundle());
  }

  @Test
  void rootsWithoutANumberAreTakenAsBefore() {
    take(newer.bundle(), 7);
    take(both, 0);
    take(mesh.bundle(), 7);
  }

  /** A control node whose clock was ahead cannot shut out the others for longer than until now. */
  @Test
  void aNumberFromTheFutureCountsAsOfNow() {
    long now = clock.instant().toEpochMilli();
    take(newer.bundle(), now + 1_000_000);
    take(both, now + 1);
  }

  @Test
  void aLeafThatEndsAsItsSuccessorArrivesDoesNotTakeItAway() {
    begin();
    Credential first = leaf(WEB);
    clock.advance(Duration.ofHours(1));
    Promise<Void> late = Promise.promise();
    ca.held = late.future();
    int asked = ca.asked.get();
    Future<Credential> successor = credentials.renewNow(WEB);
    Await.until("asked", () -> ca.asked.get() > asked);
    // It is signed already, and published between the look at the clock and what follows of that.
    AppenderBase<ILoggingEvent> between =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            if (event.getFormattedMessage().startsWith("leaf expired id=" + WEB)) {
              late.complete();
              Await.result(successor);
            }
          }
        };
    Logger log = (Logger) LoggerFactory.getLogger(RenewingLeaf.class);
    between.setContext(log.getLoggerContext());
    between.start();
    log.addAppender(between);
    try {
      clock.set(first.leaf().getNotAfter().toInstant());
      credentials.tick();
    } finally {
      log.detachAppender(between);
    }

    assertThat(leaf(WEB)).isEqualTo(Await.result(successor)).isNotEqualTo(first);
  }

  private void take(TrustBundle bundle, long number) {
    if (published.isEmpty()) {
      begin();
    }
    ca.bundle = bundle;
    ca.number = number;
    credentials.rootsChanged();
    Await.until("roots " + number, () -> credentials.current().bundle().equals(bundle));
  }
}
