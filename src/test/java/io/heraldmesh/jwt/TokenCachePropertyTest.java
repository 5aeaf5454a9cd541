package io.heraldmesh.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.FakeClock;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.jwt.TokenAuthentication.Result;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever happens in whatever order: the answer with a cache is the answer without one. */
class TokenCachePropertyTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
  private static final Crypto CRYPTO = Crypto.preferred();
  private static final Issuer OLD = Issuer.of(Algorithm.EDDSA, "k");
  private static final Issuer NEW = Issuer.another(Algorithm.EDDSA, "k");
  private static final Issuer NEXT = Issuer.another(Algorithm.EDDSA, "next");
  private static final JwtRule FIRST = Rules.rule("me", new KeySource.Discovered("me"), "api");
  private static final JwtRule SECOND = Rules.remote("me");
  private static final List<List<JwtRule>> WORKLOADS =
      List.of(List.of(SECOND), List.of(FIRST, SECOND), List.of(Rules.remote("me", "other")));
  private static final List<KeySet> SETS =
      List.of(
          OLD.keySet(),
          NEW.keySet(),
          Issuer.set(OLD.jwk(""), NEXT.jwk("")),
          Issuer.set(NEW.jwk(""), OLD.jwk("")),
          Issuer.set(OLD.jwk("\"alg\":\"EdDSA\"")),
          KeySet.EMPTY);
  private static final List<String> TOKENS = tokens();

  private static List<String> tokens() {
    List<String> tokens = new ArrayList<>();
    for (Issuer issuer : List.of(OLD, NEW, NEXT)) {
      for (String more : List.of("", ",\"nbf\":1800000060", ",\"aud\":[\"api\",\"other\"]")) {
        tokens.add(issuer.token("{\"iss\":\"me\",\"sub\":\"a\",\"exp\":1800000100" + more + "}"));
      }
    }
    tokens.add(tokens.getFirst().replaceAll(".{6}$", "AAAAAA"));
    return tokens;
  }

  /** The key sets in force; either source may never have been fetched. */
  private static KeySets sets(int first, int second) {
    return source -> {
      int chosen = source.equals(FIRST.keys()) ? first : second;
      return chosen < SETS.size() ? SETS.get(chosen) : null;
    };
  }

  @Property(tries = 300)
  void itIsTheAnswerWithoutOne(
      @ForAll @Size(min = 5, max = 40) List<@IntRange(max = 9999) Integer> steps) {
    FakeClock clock = new FakeClock(NOW);
    TokenCache cache = TokenCache.of(1 << 20, clock);
    List<TokenAuthentication> cached =
        WORKLOADS.stream().map(rules -> new TokenAuthentication(rules, CRYPTO, cache)).toList();
    List<TokenAuthentication> plain =
        WORKLOADS.stream().map(rules -> new TokenAuthentication(rules, CRYPTO)).toList();
    KeySets keys = sets(0, 0);
    for (int step : steps) {
      int detail = step / 10;
      switch (step % 10) {
        case 0 -> clock.set(NOW.plusSeconds(detail % 240 - 60));
        case 1 -> keys = sets(detail % 7, detail / 7 % 7);
        case 2 -> cache.purge(keys);
        default -> {
          int workload = detail % WORKLOADS.size();
          Request request =
              Request.header1("authorization", "Bearer " + TOKENS.get(detail / 3 % TOKENS.size()));
          Result expected = plain.get(workload).authenticate(request, keys, clock.instant());
          // Twice: what the first one kept must not change the second.
          for (int i = 0; i < 2; i++) {
            assertThat(cached.get(workload).authenticate(request, keys, clock.instant()))
                .isEqualTo(expected);
          }
        }
      }
    }
  }

  @Example
  void itHoldsForManyThreadsWhileKeysAndPolicyChange() throws Exception {
    TokenCache first = TokenCache.of(64 << 10, () -> NOW);
    AtomicReference<TokenAuthentication> workload = new AtomicReference<>();
    Runnable policy =
        () -> workload.set(new TokenAuthentication(WORKLOADS.get(1), CRYPTO, first.successor()));
    policy.run();
    Callable<Integer> caller =
        () -> {
          int wrong = 0;
          for (int i = 0; i < 300; i++) {
            boolean there = i % 2 == 0;
            KeySets keys = there ? sets(0, 0) : sets(1, 5);
            Request request = Request.header1("authorization", "Bearer " + TOKENS.get(2));
            Result result = Objects.requireNonNull(workload.get()).authenticate(request, keys, NOW);
            wrong += result instanceof Result.Passed == there ? 0 : 1;
            if (i % 50 == 49) {
              policy.run();
            }
          }
          return wrong;
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (Future<Integer> wrong : threads.invokeAll(List.of(caller, caller, caller, caller))) {
        assertThat(wrong.get(30, TimeUnit.SECONDS)).isZero();
      }
    }
    assertThat(first.hits()).as("all successors count together").isPositive();
  }
}
