package io.heraldmesh.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.crypto.Crypto;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a signature may look like, for every algorithm under every implementation. */
class SignatureVerifierTest {
  private static final byte[] INPUT = "a.b".getBytes(StandardCharsets.UTF_8);
  private static final List<Issuer> ISSUERS =
      Stream.of(Algorithm.values()).map(a -> Issuer.of(a, "k")).toList();

  static Stream<Arguments> each() {
    return Cryptos.all().stream()
        .flatMap(
            crypto ->
                ISSUERS.stream().map(i -> Arguments.of(crypto.name(), i.algorithm, crypto, i)));
  }

  static Stream<Arguments> eachOfEc() {
    return each().filter(a -> ((Algorithm) a.get()[1]).keyType().isNistCurve());
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("each")
  void onlyTheKeysOwnSignatureOverTheseOctetsHolds(
      String name, Algorithm algorithm, Crypto crypto, Issuer issuer) {
    SignatureVerifier verifier = new SignatureVerifier(crypto);
    VerificationKey key = issuer.keySet().keys().getFirst();
    byte[] good = issuer.signature(INPUT);
    assertThat(verifier.verify(algorithm, key, INPUT, good)).isTrue();
    assertThat(verifier.verify(algorithm, key, new byte[0], good)).isFalse();
    assertThat(verifier.verify(algorithm, key, INPUT, new byte[0])).isFalse();
    assertThat(verifier.verify(algorithm, key, INPUT, new byte[good.length])).isFalse();
    assertThat(verifier.verify(algorithm, key, INPUT, Arrays.copyOf(good, good.length + 1)))
        .isFalse();
    assertThat(verifier.verify(algorithm, key, INPUT, Arrays.copyOf(good, good.length - 1)))
        .isFalse();
    for (int i = 0; i < good.length; i += 7) {
      byte[] bad = good.clone();
      bad[i] ^= 1;
      assertThat(verifier.verify(algorithm, key, INPUT, bad)).as("octet " + i).isFalse();
    }
    VerificationKey other = Issuer.another(algorithm, "k").keySet().keys().getFirst();
    assertThat(verifier.verify(algorithm, other, INPUT, good)).isFalse();
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("each")
  void noOtherAlgorithmTakesTheSignature(
      String name, Algorithm algorithm, Crypto crypto, Issuer issuer) {
    SignatureVerifier verifier = new SignatureVerifier(crypto);
    VerificationKey key = issuer.keySet().keys().getFirst();
    byte[] good = issuer.signature(INPUT);
    for (Algorithm other : Algorithm.values()) {
      assertThat(verifier.verify(other, key, INPUT, good))
          .as(other.label())
          .isEqualTo(other == algorithm);
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("eachOfEc")
  void signaturesThatAreZeroOrOutOfRangeAreRefused(
      String name, Algorithm algorithm, Crypto crypto, Issuer issuer) {
    SignatureVerifier verifier = new SignatureVerifier(crypto);
    VerificationKey key = issuer.keySet().keys().getFirst();
    BigInteger n = algorithm.keyType().curve().getOrder();
    BigInteger all = BigInteger.ONE.shiftLeft(8 * algorithm.keyType().coordinateLength());
    List<BigInteger> odd =
        List.of(
            BigInteger.ZERO,
            BigInteger.ONE,
            n.subtract(BigInteger.ONE),
            n,
            n.add(BigInteger.ONE),
            all.subtract(BigInteger.ONE));
    for (BigInteger r : odd) {
      for (BigInteger s : odd) {
        assertThat(verifier.verify(algorithm, key, INPUT, join(algorithm, r, s)))
            .as(r + " " + s)
            .isFalse();
      }
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("eachOfEc")
  void aSignatureInDerIsRefused(String name, Algorithm algorithm, Crypto crypto, Issuer issuer) {
    byte[] good = issuer.signature(INPUT);
    int half = good.length / 2;
    byte[] r = new BigInteger(1, Arrays.copyOf(good, half)).toByteArray();
    byte[] s = new BigInteger(1, Arrays.copyOfRange(good, half, good.length)).toByteArray();
    byte[] der = new byte[6 + r.length + s.length];
    der[0] = 0x30;
    der[1] = (byte) (der.length - 2);
    der[2] = 2;
    der[3] = (byte) r.length;
    System.arraycopy(r, 0, der, 4, r.length);
    der[4 + r.length] = 2;
    der[5 + r.length] = (byte) s.length;
    System.arraycopy(s, 0, der, 6 + r.length, s.length);
    VerificationKey key = issuer.keySet().keys().getFirst();
    assertThat(new SignatureVerifier(crypto).verify(algorithm, key, INPUT, der)).isFalse();
  }

  private static byte[] join(Algorithm algorithm, BigInteger r, BigInteger s) {
    int half = algorithm.keyType().coordinateLength();
    byte[] both = new byte[2 * half];
    put(r, both, half);
    put(s, both, 2 * half);
    return both;
  }

  private static void put(BigInteger value, byte[] into, int end) {
    byte[] octets = value.toByteArray();
    int skip = octets.length > into.length / 2 ? 1 : 0;
    System.arraycopy(octets, skip, into, end - octets.length + skip, octets.length - skip);
  }
}
