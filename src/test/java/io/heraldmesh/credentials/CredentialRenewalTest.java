package io.heraldmesh.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.identity.TrustBundle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A node's leaves over time: renewed, fetched anew under other roots, asked for again after a
 * failure.
 */
class CredentialRenewalTest extends CredentialsFixture {
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
    credentials.follow(new CaService.NumberedRoots(ca.bundle, 1));
    assertThat(identity.bundle().of(TestAuthority.TD)).hasSize(2);
    credentials.tick();
    Await.until("issued anew", () -> !leaf(WEB).equals(first));
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
  void theNodesOwnIdentityIsRenewedToo() {
    begin();
    clock.advance(Duration.ofHours(27));
    credentials.tick();

    Await.until("renewed", () -> !identity.svid().equals(svid));
    assertThat(identity.svid().id()).isEqualTo(svid.id());
    assertThat(identity.svid().key()).isNotEqualTo(svid.key());
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
}
