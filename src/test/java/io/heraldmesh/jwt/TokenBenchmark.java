package io.heraldmesh.jwt;

import io.heraldmesh.crypto.Crypto;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a request's token costs from the header to the verified claims: seen before, and seen anew.
 * 256 tokens in turn, as the side-by-side benchmark sends them.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class TokenBenchmark {
  private static final int TOKENS = 256;
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);

  @Param({"RS256", "PS256", "ES256", "EDDSA"})
  public Algorithm algorithm;

  @Param({"accp", "jdk"})
  public String crypto;

  private final Request[] requests = new Request[TOKENS];
  private TokenAuthentication remembering;
  private TokenAuthentication forgetting;
  private KeySets keys;
  private int next;

  @Setup
  public void sign() {
    Issuer issuer = Issuer.of(algorithm, "k");
    KeySet set = issuer.keySet();
    keys = source -> set;
    for (int i = 0; i < TOKENS; i++) {
      String token =
          issuer.token(
              """
              {"iss":"https://issuer.test","sub":"user-%d","aud":["api"],"iat":1799999000,\
              "exp":1800003600,"jti":"%d","scope":"read write"}"""
                  .formatted(i, i));
      requests[i] = Request.header1("authorization", "Bearer " + token);
    }
    List<JwtRule> rules = List.of(Rules.remote("https://issuer.test", "api"));
    Crypto there =
        Crypto.all().stream().filter(c -> c.name().equals(crypto)).findFirst().orElseThrow();
    remembering =
        new TokenAuthentication(rules, there, TokenCache.of(TokenCache.DEFAULT_BYTES, () -> NOW));
    forgetting = new TokenAuthentication(rules, there);
    for (Request request : requests) {
      remembering.authenticate(request, keys, NOW);
    }
  }

  @Benchmark
  public Object hit() {
    return remembering.authenticate(requests[next++ & TOKENS - 1], keys, NOW);
  }

  @Benchmark
  public Object miss() {
    return forgetting.authenticate(requests[next++ & TOKENS - 1], keys, NOW);
  }
}
