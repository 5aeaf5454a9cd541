package io.heraldmesh.jwt;

import io.heraldmesh.crypto.Crypto;
import java.nio.charset.StandardCharsets;
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

/** One signature check by algorithm and implementation: the floor under every token seen anew. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SignatureBenchmark {
  @Param({"RS256", "PS256", "ES256", "EDDSA"})
  public Algorithm algorithm;

  @Param({"accp", "jdk"})
  public String crypto;

  private final byte[] input = "h".repeat(400).getBytes(StandardCharsets.US_ASCII);
  private byte[] signature;
  private VerificationKey key;
  private SignatureVerifier verifier;

  @Setup
  public void sign() {
    List<Crypto> there = Crypto.all().stream().filter(c -> c.name().equals(crypto)).toList();
    verifier = new SignatureVerifier(there.getFirst());
    Issuer issuer = Issuer.of(algorithm, "k");
    signature = issuer.signature(input);
    key = issuer.keySet().keys().getFirst();
  }

  @Benchmark
  public boolean check() {
    return verifier.verify(algorithm, key, input, signature);
  }
}
