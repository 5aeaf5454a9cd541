package io.heraldmesh.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.FakeClock;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.jwt.TokenAuthentication.Result;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A verified token costs less the second time, and is never believed for longer or elsewhere. */
class TokenCacheTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
  private static final Crypto CRYPTO = Crypto.preferred();
  private static final Issuer ISSUER = Issuer.of(Algorithm.ES256, "k");
  private static final String TOKEN = token("alice");
  private static final JwtRule RULE = Rules.remote("me");
  private static final KeySet KEYS = ISSUER.keySet();

  private final FakeClock clock = new FakeClock(NOW);
  private final TokenCache cache = TokenCache.of(TokenCache.DEFAULT_BYTES, clock);
  private final TokenAuthentication workload = workload(RULE);
  private KeySets keys = source -> KEYS;

  private static String token(String subject) {
    return ISSUER.token(
        "{\"iss\":\"me\",\"sub\":\"%s\",\"aud\":\"api\",\"nbf\":1799999900,\"exp\":1800000100}"
            .formatted(subject));
  }

  private TokenAuthentication workload(JwtRule... rules) {
    return new TokenAuthentication(List.of(rules), CRYPTO, cache);
  }

  private @Nullable TokenRefusal ask(TokenAuthentication whom, String token) {
    return ask(whom, Request.header1("authorization", "Bearer " + token));
  }

  /** Why it was refused; null: it passed. */
  private @Nullable TokenRefusal ask(TokenAuthentication whom, Request request) {
    return switch (whom.authenticate(request, keys, clock.instant())) {
      case Result.Passed passed -> {
        assertThat(passed.tokens()).isNotEmpty();
        yield null;
      }
      case Result.Refused refused -> refused.why().reason();
    };
  }

  private @Nullable TokenRefusal ask(String token) {
    return ask(workload, token);
  }

  private void counted(long hits, long misses) {
    assertThat(List.of(cache.hits(), cache.misses())).containsExactly(hits, misses);
  }

  @Test
  void aTokenIsVerifiedOnceAndThenKnown() {
    assertThat(ask(TOKEN)).isNull();
    counted(0, 1);
    assertThat(ask(TOKEN)).isNull();
    assertThat(ask(TOKEN)).isNull();
    counted(2, 1);
    assertThat(cache.bytes()).isPositive();
  }

  @Test
  void whatIsKnownIsTheSameAsWhatWasVerified() {
    Request request = Request.header1("authorization", "Bearer " + TOKEN);
    Result first = workload.authenticate(request, keys, NOW);
    assertThat(workload.authenticate(request, keys, NOW)).isEqualTo(first);
    counted(1, 1);
  }

  @Test
  void aTokenThatExpiresBetweenTwoUsesIsRefused() {
    assertThat(ask(TOKEN)).isNull();
    clock.advance(Duration.ofSeconds(100 + TokenVerifier.SKEW_SECONDS));
    assertThat(ask(TOKEN)).isEqualTo(TokenRefusal.EXPIRED);
    counted(0, 2);
  }

  @Test
  void noneIsKeptBeyondItsExpAndTheSkewIsGrantedByVerifyingAgain() {
    assertThat(ask(TOKEN)).isNull();
    clock.advance(Duration.ofSeconds(99));
    assertThat(ask(TOKEN)).isNull();
    counted(1, 1);
    clock.advance(Duration.ofSeconds(1));
    cache.purge(keys);
    assertThat(cache.bytes()).isZero();
    clock.advance(Duration.ofSeconds(TokenVerifier.SKEW_SECONDS - 1));
    assertThat(ask(TOKEN)).isNull();
    assertThat(ask(TOKEN)).isNull();
    counted(1, 3);
    assertThat(cache.bytes()).isZero();
  }

  /** A clock may go back: it was set wrong, and is put right. */
  @Test
  void aTokenThatIsNotYetValidAnyMoreIsRefused() {
    assertThat(ask(TOKEN)).isNull();
    clock.set(NOW.minusSeconds(100 + TokenVerifier.SKEW_SECONDS));
    assertThat(ask(TOKEN)).isNull();
    counted(1, 1);
    clock.advance(Duration.ofSeconds(-1));
    assertThat(ask(TOKEN)).isEqualTo(TokenRefusal.NOT_YET_VALID);
  }

  @Test
  void timeIsTestedAtEveryUseWhateverTheHousekeepingThinks() {
    assertThat(ask(TOKEN)).isNull();
    Request request = Request.header1("authorization", "Bearer " + TOKEN);
    assertThat(workload.authenticate(request, keys, NOW.plusSeconds(160)))
        .isEqualTo(new Result.Refused(new TokenResult.Refused(TokenRefusal.EXPIRED)));
  }

  @Test
  void aTokenWhoseKeyLeftTheSetIsRefused() {
    assertThat(ask(TOKEN)).isNull();
    keys = source -> Issuer.another(Algorithm.ES256, "new").keySet();
    assertThat(ask(TOKEN)).isEqualTo(TokenRefusal.KEY_UNKNOWN);
    keys = source -> KeySet.EMPTY;
    assertThat(ask(TOKEN)).isEqualTo(TokenRefusal.NO_USABLE_KEY);
    keys = KeySets.NONE;
    assertThat(ask(TOKEN)).isEqualTo(TokenRefusal.KEYS_NEVER_FETCHED);
    counted(0, 4);
    assertThat(cache.bytes()).as("dropped").isZero();
  }

  @Test
  void aKeyOfTheSameNameIsNotTheSameKey() {
    assertThat(ask(TOKEN)).isNull();
    keys = source -> Issuer.another(Algorithm.ES256, "k").keySet();
    assertThat(ask(TOKEN)).isEqualTo(TokenRefusal.SIGNATURE);
  }

  @Test
  void aKeyThatMayNoLongerBeUsedSoIsNotTheSameKey() {
    Issuer rsa = Issuer.of(Algorithm.RS256, "r");
    String token = rsa.token("{\"iss\":\"me\",\"exp\":1800000100}");
    keys = source -> rsa.keySet();
    assertThat(ask(token)).isNull();
    KeySet other = Issuer.set(rsa.jwk("\"alg\":\"PS256\""));
    keys = source -> other;
    assertThat(ask(token)).isEqualTo(TokenRefusal.KEY_UNKNOWN);
    keys = source -> rsa.keySet();
    assertThat(ask(token)).isNull();
    KeySet renamed = Issuer.set(Issuer.of(Algorithm.RS256, "other").jwk(""));
    keys = source -> renamed;
    assertThat(ask(token)).isEqualTo(TokenRefusal.KEY_UNKNOWN);
  }

  @Test
  void aSetFetchedAgainOrWithOneKeyMoreChangesNothing() {
    assertThat(ask(TOKEN)).isNull();
    KeySet again = ISSUER.keySet();
    keys = source -> again;
    assertThat(ask(TOKEN)).isNull();
    KeySet more = Issuer.set(Issuer.another(Algorithm.ES256, "new").jwk(""), ISSUER.jwk(""));
    keys = source -> more;
    assertThat(ask(TOKEN)).isNull();
    counted(2, 1);
  }

  @Test
  void whenARuleInFrontGetsTheKeyItsAnswerCounts() {
    JwtRule first = Rules.rule("me", new KeySource.Discovered("me"));
    TokenAuthentication both = workload(first, RULE);
    KeySet none = Issuer.another(Algorithm.ES256, "new").keySet();
    keys = source -> source.equals(first.keys()) ? none : KEYS;
    Request request = Request.header1("authorization", "Bearer " + TOKEN);
    assertThat(rule(both, request)).isEqualTo(RULE);
    assertThat(rule(both, request)).isEqualTo(RULE);
    counted(1, 1);
    keys = source -> KEYS;
    assertThat(rule(both, request)).isEqualTo(first);
  }

  private JwtRule rule(TokenAuthentication whom, Request request) {
    return ((Result.Passed) whom.authenticate(request, keys, clock.instant()))
        .tokens()
        .getFirst()
        .rule();
  }

  @Test
  void otherRulesAreAskedAnew() {
    assertThat(ask(TOKEN)).isNull();
    assertThat(ask(workload(Rules.remote("me", "other")), TOKEN)).isEqualTo(TokenRefusal.AUDIENCE);
    assertThat(ask(workload(Rules.remote("you")), TOKEN)).isEqualTo(TokenRefusal.ISSUER_UNKNOWN);
    counted(0, 3);
  }

  @Test
  void twoWorkloadsThatShareACacheKeepTheirOwnAnswers() {
    TokenAuthentication strict = workload(Rules.remote("me", "other"));
    for (int i = 0; i < 3; i++) {
      assertThat(ask(TOKEN)).isNull();
      assertThat(ask(strict, TOKEN)).isEqualTo(TokenRefusal.AUDIENCE);
    }
    counted(2, 4);
  }

  @Test
  void theSameTokenElsewhereInARequestMeetsTheRulesOfThatPlace() {
    JwtRule inHeader =
        new JwtRule(
            "you",
            List.of(),
            RULE.keys(),
            List.of(new JwtRule.HeaderLocation("x-token", "")),
            List.of(),
            List.of(),
            false,
            null,
            List.of(),
            Set.of());
    TokenAuthentication both = workload(RULE, inHeader);
    assertThat(ask(both, TOKEN)).isNull();
    assertThat(ask(both, Request.header1("x-token", TOKEN))).isEqualTo(TokenRefusal.ISSUER_UNKNOWN);
  }

  /** Texts that differ may have the same hash in Java: {@code Aa} and {@code BB} do. */
  @Test
  void tokensAreToldApartByAllTheirOctets() {
    String known = ISSUER.token("{\"iss\":\"me\",\"sub\":\"Aa\",\"exp\":1800000100}");
    int at = -1;
    for (int i = 0; at < 0; i++) {
      known = ISSUER.token("{\"iss\":\"me\",\"sub\":\"" + i + "\",\"exp\":1800000100}");
      at = known.indexOf("Aa", known.lastIndexOf('.'));
    }
    String twin = known.substring(0, at) + "BB" + known.substring(at + 2);
    assertThat(twin.hashCode()).isEqualTo(known.hashCode());
    assertThat(ask(known)).isNull();
    assertThat(ask(twin)).isEqualTo(TokenRefusal.SIGNATURE);
    assertThat(ask(known + "\u20ac")).isEqualTo(TokenRefusal.SIGNATURE_ENCODING);
    counted(0, 3);
  }

  @Test
  void aRefusedTokenIsNotKept() {
    String bad = TOKEN.substring(0, TOKEN.length() - 6) + "AAAAAA";
    assertThat(ask(bad)).isEqualTo(TokenRefusal.SIGNATURE);
    assertThat(ask(bad)).isEqualTo(TokenRefusal.SIGNATURE);
    counted(0, 2);
    assertThat(cache.bytes()).isZero();
  }

  @Test
  void aChangedPolicyBeginsEmptyAndGoesOnCounting() {
    assertThat(ask(TOKEN)).isNull();
    assertThat(ask(TOKEN)).isNull();
    TokenCache next = cache.successor();
    assertThat(next.bytes()).isZero();
    assertThat(List.of(next.hits(), next.misses(), next.evictions())).containsExactly(1L, 1L, 0L);
  }

  @Test
  void tokensWhoseKeyIsGoneAreTakenOutOfMemoryWithoutBeingAskedFor() {
    assertThat(ask(TOKEN)).isNull();
    cache.purge(keys);
    assertThat(cache.bytes()).isPositive();
    cache.purge(source -> KeySet.EMPTY);
    assertThat(cache.bytes()).isZero();
    assertThat(cache.evictions()).as("no want of room").isZero();
  }

  @Test
  void ofNoBytesItKeepsNothing() {
    for (TokenCache off : List.of(TokenCache.OFF, TokenCache.of(0, clock))) {
      TokenAuthentication plain = new TokenAuthentication(List.of(RULE), CRYPTO, off);
      assertThat(ask(plain, TOKEN)).isNull();
      assertThat(ask(plain, TOKEN)).isNull();
      off.purge(keys);
      assertThat(List.of(off.hits(), off.misses(), off.bytes())).containsExactly(0L, 0L, 0L);
    }
    assertThatThrownBy(() -> TokenCache.of(-1, clock)).hasMessageContaining("-1");
  }

  @Test
  void nothingPrintsAToken() {
    TokenKey key =
        new TokenKey(TOKEN, workload, new TokenLocation.Header("authorization", "Bearer ", true));
    assertThat(key.toString()).doesNotContain(TOKEN.substring(0, 20));
  }
}
