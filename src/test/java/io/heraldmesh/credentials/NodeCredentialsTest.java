package io.heraldmesh.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.Await;
import io.heraldmesh.FakeClock;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.identity.Csr;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.identity.WorkloadIdentity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A node's leaves over time; the authority is real, its answers can be held back or bent. */
class NodeCredentialsTest {
  private static final SpiffeId WEB = SpiffeId.workload(TestAuthority.TD, "shop", "web");
  private static final SpiffeId DB = SpiffeId.workload(TestAuthority.TD, "shop", "db");
  private static final Duration TTL = Duration.ofHours(24);

  private final FakeClock clock = new FakeClock(Instant.parse("2030-01-01T00:00:00Z"));
  private final TestAuthority mesh = new TestAuthority(clock);

  {
    clock.advance(Duration.ofDays(10));
  }

  private final Vertx vertx = Vertx.vertx();
  private final BentAuthority ca = new BentAuthority();
  private final HeraldSvid svid = mesh.svid(HeraldRole.NODE, "n1", Duration.ofDays(2));
  private final RenewableIdentity identity = new RenewableIdentity(svid, mesh.bundle());
  private final NodeCredentials credentials =
      new NodeCredentials(
          vertx,
          ca,
          identity,
          Set.of(new WorkloadIdentity("shop", "web"), new WorkloadIdentity("shop", "db")),
          TTL,
          mesh.crypto(),
          clock,
          new Random(1));
  private final List<CredentialSet> published = new CopyOnWriteArrayList<>();

  /** Signs with the real authority unless told otherwise. */
  private final class BentAuthority implements CaService {
    private volatile boolean away;
    private volatile boolean otherName;
    private volatile boolean otherRoot;
    private volatile TrustBundle bundle = mesh.bundle();
    private volatile TestAuthority signer = mesh;
    private final AtomicInteger rootsAsked = new AtomicInteger();
    private final AtomicInteger asked = new AtomicInteger();

    @Override
    public Future<Issued> issue(IssueRequest request) {
      asked.incrementAndGet();
      if (away) {
        return Future.failedFuture(new BusException(BusFailure.UNREACHABLE, "nobody there"));
      }
      SpiffeId id =
          switch (request.subject()) {
            case Subject.Caller() -> svid.id();
            case Subject.Workload(String ns, String sa) ->
                SpiffeId.workload(TestAuthority.TD, ns, otherName ? "other" : sa);
          };
      Csr csr = Csr.parse(request.csr().toByteArray(), mesh.crypto());
      TestAuthority signer = otherRoot ? new TestAuthority(clock) : this.signer;
      List<X509Certificate> chain =
          signer.authority().sign(csr.publicKey(), id, request.ttl(), clock.instant()).chain();
      return Future.succeededFuture(new Issued(chain, bundle));
    }

    @Override
    public Future<Roots> roots() {
      rootsAsked.incrementAndGet();
      return away
          ? Future.failedFuture(new BusException(BusFailure.UNREACHABLE, "nobody there"))
          : Future.succeededFuture(new Roots(bundle));
    }

    @Override
    public Future<EpochSigned> epoch(long epoch) {
      return Future.failedFuture(new BusException(BusFailure.FORBIDDEN, "no node distributes"));
    }
  }

  private void begin() {
    credentials.onChange(published::add);
    credentials.tick();
    Await.result(credentials.complete());
    settle();
  }

  private Credential leaf(SpiffeId id) {
    return Objects.requireNonNull(credentials.current().leaves().get(id), () -> "no leaf of " + id);
  }

  /** Until what a tick began has ended. */
  private void settle() {
    Await.until(
        "attempts settled",
        () ->
            credentials.status().stream()
                .allMatch(s -> !s.renewing() && s.nextAttempt().isAfter(clock.instant())));
  }

  @AfterEach
  void close() {
    credentials.close();
    Await.result(vertx.close());
  }

  @Test
  void eachWorkloadGetsALeafOfItsOwn() {
    begin();

    CredentialSet set = credentials.current();
    assertThat(set.leaves()).containsOnlyKeys(WEB, DB);
    assertThat(leaf(WEB).key()).isNotEqualTo(leaf(DB).key());
    assertThat(set.generation()).isEqualTo(2);
    assertThat(published).extracting(CredentialSet::generation).containsExactly(1L, 2L);
  }

  @Test
  void beforeTheFirstLeafThereIsNoneAndTheRootsAreThere() {
    assertThat(credentials.current().leaves()).isEmpty();
    assertThat(credentials.current().bundle()).isEqualTo(mesh.bundle());
    assertThat(credentials.complete().isComplete()).isFalse();
  }

  @Test
  void aLeafIsRenewedAroundHalfOfItsLifeWithANewKeyAndNotBefore() {
    begin();
    Credential first = leaf(WEB);

    clock.advance(TTL.multipliedBy(44).dividedBy(100));
    credentials.tick();
    settle();
    assertThat(leaf(WEB)).isEqualTo(first);

    clock.advance(TTL.multipliedBy(12).dividedBy(100));
    credentials.tick();
    Await.until("renewed", () -> !first.equals(leaf(WEB)));
    assertThat(leaf(WEB).key()).isNotEqualTo(first.key());
  }

  @Test
  void aJumpOfTheClockIsNoticedAtTheNextTick() {
    begin();
    Credential first = leaf(WEB);

    clock.advance(Duration.ofDays(-2));
    credentials.tick();
    Await.until("renewed", () -> !first.equals(leaf(WEB)));
  }

  @Test
  void leavesOfAnOlderRootAreFetchedAnewOnceTheRootsSaySo() {
    begin();
    Credential first = leaf(WEB);
    TestAuthority next = new TestAuthority(clock);
    // Trusted, but nothing is issued under it yet.
    roots(mesh, next);
    assertThat(leaf(WEB)).isEqualTo(first);
    assertThat(credentials.current().bundle().of(TestAuthority.TD)).hasSize(2);

    ca.signer = next;
    roots(next, mesh);
    clock.advance(Duration.ofSeconds(30));
    credentials.tick();
    Await.until("issued anew", () -> !leaf(WEB).equals(first));
    settle();
    assertThat(leaf(WEB).leaf().getIssuerX500Principal())
        .isEqualTo(next.authority().issuer().getSubjectX500Principal());
    Await.until(
        "the node's own identity too",
        () ->
            identity
                .svid()
                .leaf()
                .getIssuerX500Principal()
                .equals(next.authority().issuer().getSubjectX500Principal()));
    Credential second = leaf(WEB);
    roots(next, mesh);
    clock.advance(Duration.ofSeconds(30));
    credentials.tick();
    settle();
    assertThat(leaf(WEB)).as("once").isEqualTo(second);
  }

  @Test
  void theAuthorityOfTheSameProcessIsFollowedAtOnce() {
    begin();
    Credential first = leaf(WEB);
    TestAuthority next = new TestAuthority(clock);
    ca.signer = next;
    ca.bundle = bundle(next, mesh);
    credentials.follow(ca.bundle);
    assertThat(identity.bundle().of(TestAuthority.TD)).hasSize(2);
    credentials.tick();
    Await.until("issued anew", () -> !leaf(WEB).equals(first));
  }

  /** What the authority says from now on; returns once it was asked. */
  private void roots(TestAuthority... trusted) {
    ca.bundle = bundle(trusted);
    long before = ca.rootsAsked.get();
    clock.advance(Duration.ofSeconds(31));
    credentials.tick();
    Await.until("asked", () -> ca.rootsAsked.get() > before);
    settle();
  }

  private static TrustBundle bundle(TestAuthority... trusted) {
    return new TrustBundle(
        Map.of(
            TestAuthority.TD,
            Stream.of(trusted).flatMap(a -> a.bundle().of(TestAuthority.TD).stream()).toList()));
  }

  @Test
  void withTheAuthorityAwayTheOldLeafStaysUntilItsEndAndThenNone() {
    begin();
    Credential first = leaf(WEB);
    ca.away = true;

    clock.advance(TTL.minusMinutes(1));
    credentials.tick();
    settle();
    assertThat(leaf(WEB)).isEqualTo(first);
    assertThat(credentials.status())
        .allSatisfy(
            s -> {
              assertThat(s.lastError()).contains("UNREACHABLE");
              assertThat(s.notAfter()).isNotNull();
            });

    clock.advance(Duration.ofMinutes(1));
    credentials.tick();
    settle();
    assertThat(credentials.current().leaves()).isEmpty();
    assertThat(credentials.status()).allSatisfy(s -> assertThat(s.notAfter()).isNull());

    ca.away = false;
    clock.advance(Duration.ofSeconds(150));
    credentials.tick();
    Await.until("back", () -> credentials.current().leaves().size() == 2);
    assertThat(credentials.status()).allSatisfy(s -> assertThat(s.lastError()).isNull());
  }

  @Test
  void failuresAreRetriedLessAndLessOften() {
    ca.away = true;
    List<Integer> askedInEachMinute = new ArrayList<>();
    for (int minute = 0; minute < 5; minute++) {
      int before = ca.asked.get();
      for (int second = 0; second < 60; second++) {
        credentials.tick();
        settle();
        clock.advance(Duration.ofSeconds(1));
      }
      askedInEachMinute.add(ca.asked.get() - before);
    }

    assertThat(askedInEachMinute.getFirst()).isBetween(10, 14);
    assertThat(askedInEachMinute.getLast()).isLessThanOrEqualTo(2);
    assertThat(askedInEachMinute.stream().skip(1)).allMatch(n -> n <= 4);
  }

  @Test
  void aRetryIsNotPutOffByAClockThatWentBack() {
    ca.away = true;
    credentials.tick();
    settle();
    ca.away = false;

    clock.advance(Duration.ofDays(-2));
    credentials.tick();

    Await.result(credentials.complete());
  }

  @Test
  void aLeafWithAnotherNameIsNeverUsed() {
    begin();
    CredentialSet before = credentials.current();
    ca.otherName = true;

    assertThat(Await.failure(credentials.renewNow(WEB))).hasMessageContaining("sa/other");
    assertThat(credentials.current()).isSameAs(before);
  }

  @Test
  void aLeafThatDoesNotVerifyUnderTheRootsIsNeverUsed() {
    begin();
    CredentialSet before = credentials.current();
    ca.otherRoot = true;

    assertThat(Await.failure(credentials.renewNow(WEB))).hasMessageContaining("BAD_ANSWER");
    assertThat(credentials.current()).isSameAs(before);
  }

  @Test
  void aLeafCanBeRenewedByHand() {
    begin();
    Credential first = leaf(WEB);
    Credential other = leaf(DB);

    Credential second = Await.result(credentials.renewNow(WEB));

    assertThat(second).isNotEqualTo(first);
    assertThat(credentials.current().leaves()).containsEntry(WEB, second).containsEntry(DB, other);
    assertThatThrownBy(() -> credentials.renewNow(svid.id()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void newRootsArePublishedWithinHalfAMinuteAndUsedToCheckTheBus() {
    begin();
    TrustBundle both =
        new TrustBundle(
            Map.of(
                TestAuthority.TD,
                List.of(
                    mesh.bundle().of(TestAuthority.TD).getFirst(),
                    new TestAuthority(clock).bundle().of(TestAuthority.TD).getFirst())));
    ca.bundle = both;
    long generation = credentials.current().generation();

    clock.advance(Duration.ofSeconds(30));
    credentials.tick();

    Await.until("new roots", () -> credentials.current().bundle().equals(both));
    assertThat(credentials.current().generation()).isEqualTo(generation + 1);
    assertThat(identity.bundle()).isEqualTo(both);
  }

  @Test
  void rootsThatDidNotChangeArePublishedOnce() {
    begin();
    CredentialSet before = credentials.current();
    clock.advance(Duration.ofSeconds(30));
    credentials.tick();
    Await.result(ca.roots());

    assertThat(credentials.current()).isSameAs(before);
  }

  @Test
  void theNodesOwnIdentityIsRenewedToo() {
    begin();
    clock.advance(Duration.ofHours(27));
    credentials.tick();

    Await.until("renewed", () -> !identity.svid().equals(svid));
    assertThat(identity.svid().id()).isEqualTo(svid.id());
    assertThat(identity.svid().key()).isNotEqualTo(svid.key());
  }

  @Test
  void aListenerThatFailsDisturbsNobody() {
    credentials.onChange(
        set -> {
          throw new IllegalStateException("listener's own fault");
        });
    begin();

    assertThat(published).hasSize(2);
  }

  @Test
  void aListenerThatLeftIsNotCalled() {
    List<CredentialSet> mine = new ArrayList<>();
    credentials.onChange(mine::add).close();
    begin();

    assertThat(mine).isEmpty();
  }

  @Test
  void noTextShowsAKey() {
    begin();
    String text = credentials.current() + " " + credentials.status() + " " + identity.svid();

    assertThat(text).doesNotContain("PrivateKey").doesNotContain("BEGIN");
  }

  @Test
  void whenTheAuthorityIsBackWhatFailedIsAskedForAtOnce() {
    ca.away = true;
    credentials.tick();
    settle();
    clock.advance(Duration.ofMinutes(1));
    credentials.tick();
    settle();
    assertThat(credentials.status()).allMatch(leaf -> leaf.nextAttempt().isAfter(clock.instant()));

    ca.away = false;
    credentials.reachable();

    Await.result(credentials.complete());
    assertThat(credentials.current().leaves()).containsOnlyKeys(WEB, DB);
  }

  @Test
  void whenTheAuthorityIsBackWhatIsGoodIsNotAskedForAgain() {
    begin();
    int asked = ca.asked.get();
    credentials.reachable();
    settle();
    assertThat(ca.asked.get()).isEqualTo(asked);
  }
}
