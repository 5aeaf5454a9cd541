package io.heraldmesh.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.jwt.TokenAuthentication.Result;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The memory of the cache is bounded, and only tokens that passed can claim any of it. */
class TokenCacheBoundTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
  private static final Issuer ISSUER = Issuer.of(Algorithm.EDDSA, "k");
  private static final KeySet KEYS = ISSUER.keySet();
  private static final String HEADER = "{\"alg\":\"EdDSA\",\"kid\":\"k\"}";

  private static String token(int number) {
    return ISSUER.token(claims(number));
  }

  private static String claims(int number) {
    return """
    {"iss":"me","sub":"user-%d","exp":1800000100,"aud":["api","web"],
    "groups":["a","b","%d"],"realm_access":{"roles":["x","y"]},"email":"u%d@example.test"}"""
        .formatted(number, number, number);
  }

  private static List<String> tokens(int count) {
    return IntStream.range(0, count).mapToObj(TokenCacheBoundTest::token).toList();
  }

  private static TokenAuthentication workload(TokenCache cache) {
    return new TokenAuthentication(List.of(Rules.remote("me")), Crypto.preferred(), cache);
  }

  private static boolean passes(TokenAuthentication workload, String token) {
    return workload.authenticate(
            Request.header1("authorization", "Bearer " + token), source -> KEYS, NOW)
        instanceof Result.Passed;
  }

  @Test
  void garbageEvictsNothing() {
    List<String> good = tokens(20);
    // Room for these twenty and hardly one more.
    TokenCache probe = TokenCache.of(1 << 20, () -> NOW);
    good.forEach(token -> passes(workload(probe), token));
    TokenCache cache = TokenCache.of(probe.bytes() + 100, () -> NOW);
    TokenAuthentication workload = workload(cache);
    good.forEach(token -> assertThat(passes(workload, token)).isTrue());
    long before = cache.bytes();

    int refused = 0;
    for (int i = 0; i < 100_000; i++) {
      refused += passes(workload, garbage(i)) ? 0 : 1;
    }

    assertThat(refused).isEqualTo(100_000);
    assertThat(cache.bytes()).isEqualTo(before);
    assertThat(cache.evictions()).isZero();
    long hits = cache.hits();
    good.forEach(token -> assertThat(passes(workload, token)).isTrue());
    assertThat(cache.hits() - hits).isEqualTo(20);
  }

  /** No two alike: wrong form, wrong issuer, too old, unknown key, a signature that fails. */
  private static String garbage(int number) {
    String header = Base64Url.encode(HEADER.getBytes(StandardCharsets.UTF_8));
    return switch (number % 5) {
      case 0 -> "garbage" + number;
      case 1 -> unsigned(header, claims(number).replace("\"me\"", "\"you\""));
      case 2 -> unsigned(header, claims(number).replace("1800000100", "1700000000"));
      case 3 ->
          unsigned(
              Base64Url.encode(HEADER.replace("\"k\"", "\"x\"").getBytes(StandardCharsets.UTF_8)),
              claims(number));
      default -> unsigned(header, claims(number)) + (number % 100 == 4 ? "A".repeat(86) : "AAAA");
    };
  }

  private static String unsigned(String header, String claims) {
    return header + "." + Base64Url.encode(claims.getBytes(StandardCharsets.UTF_8)) + ".";
  }

  @Test
  void theBoundHoldsUnderAnyNumberOfGoodTokens() {
    int bound = 64 << 10;
    TokenCache cache = TokenCache.of(bound, () -> NOW);
    TokenAuthentication workload = workload(cache);
    for (int i = 0; i < 1000; i++) {
      assertThat(passes(workload, token(i))).isTrue();
      assertThat(cache.bytes()).isLessThanOrEqualTo(bound);
    }
    assertThat(cache.bytes()).as("it is used").isGreaterThan(bound * 3 / 4);
    assertThat(cache.evictions()).isGreaterThan(900);
  }

  @Test
  void aTokenTooLargeForTheWholeIsVerifiedEachTime() {
    TokenCache cache = TokenCache.of(1000, () -> NOW);
    TokenAuthentication workload = workload(cache);
    assertThat(passes(workload, token(1))).isTrue();
    assertThat(passes(workload, token(1))).isTrue();
    assertThat(cache.hits()).isZero();
    assertThat(cache.bytes()).isZero();
  }

  /** Small texts, long ones, many small objects: what is counted is near what is held. */
  @Test
  void theWeightIsNearTheMemoryThatIsHeld() {
    String lists = "[" + "[],".repeat(300) + "[]]";
    String members =
        "{"
            + String.join(",", IntStream.range(0, 60).mapToObj(i -> "\"m" + i + "\":{}").toList())
            + "}";
    List<String> tokens = new ArrayList<>();
    for (String more : List.of("\"\"", "\"" + "x".repeat(3000) + "\"", lists, members)) {
      for (int i = 0; i < 400; i++) {
        tokens.add(
            ISSUER.token("{\"iss\":\"me\",\"exp\":1800000100,\"n\":" + i + ",\"m\":" + more + "}"));
      }
    }
    TokenCache cache = TokenCache.of(1 << 30, () -> NOW);
    TokenAuthentication workload = workload(cache);
    passes(workload, token(1));
    long before = used();
    tokens.forEach(token -> passes(workload, token));
    long held = used() - before;
    assertThat(cache.bytes() / (double) held)
        .as("counted %d, held %d", cache.bytes(), held)
        .isBetween(0.8, 1.3);
    assertThat(tokens).as("held until now").hasSize(1600);
  }

  /** Native parts of signature checks are let go some time after a collection. */
  private static long used() {
    long least = Long.MAX_VALUE;
    for (int same = 0; same < 3; ) {
      System.gc();
      LockSupport.parkNanos(20_000_000);
      long now = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
      same = now > least - 20_000 ? same + 1 : 0;
      least = Math.min(least, now);
    }
    return least;
  }
}
