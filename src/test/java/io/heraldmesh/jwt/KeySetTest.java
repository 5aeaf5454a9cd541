package io.heraldmesh.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeySetTest {
  private static final Issuer EC = Issuer.of(Algorithm.ES256, "ec");
  private static final Issuer ED = Issuer.of(Algorithm.EDDSA, "ed");
  private static final Issuer RSA = Issuer.of(Algorithm.RS256, "rsa");

  /** A good modulus to start from, as a number. */
  private static final BigInteger N = modulus();

  private static BigInteger modulus() {
    String n = RSA.jwk("").replaceAll(".*\"n\":\"([^\"]*)\".*", "$1");
    return new BigInteger(1, java.util.Objects.requireNonNull(Base64Url.decode(n)));
  }

  private static String rsa(BigInteger n, long e) {
    return "{\"kty\":\"RSA\",\"kid\":\"k\",\"n\":\"%s\",\"e\":\"%s\"}"
        .formatted(Issuer.unsigned(n), Issuer.unsigned(BigInteger.valueOf(e)));
  }

  private static String reason(String jwk) {
    KeySet set = Issuer.set(jwk);
    assertThat(set.isEmpty()).as("must be skipped: " + jwk).isTrue();
    assertThat(set.skipped()).hasSize(1);
    return set.skipped().getFirst().text();
  }

  @ParameterizedTest
  @EnumSource(Algorithm.class)
  void everyKindOfKeyThatHeraldVerifiesWithIsRead(Algorithm algorithm) {
    Issuer issuer = Issuer.of(algorithm, "k");
    KeySet set = Issuer.set(issuer.jwk("\"use\":\"sig\",\"alg\":\"" + algorithm.label() + "\""));
    assertThat(set.skipped()).isEmpty();
    VerificationKey key = set.keys().getFirst();
    assertThat(key.kid()).isEqualTo("k");
    assertThat(key.algorithm()).isEqualTo(algorithm);
    assertThat(key.type()).isEqualTo(algorithm.keyType());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "{\"keys\":null}",
        "{\"keys\":{}}",
        "{\"keys\":[],\"keys\":[]}",
        "{\"keys\":[]} x",
        "{\"keys\":[{\"kty\":\"RSA\",\"kty\":\"EC\"}]}"
      })
  void whatIsNoKeySetIsAnErrorThatQuotesNothing(String json) {
    assertThatThrownBy(() -> KeySet.parse(json))
        .isInstanceOf(InvalidKeySet.class)
        .hasMessageStartingWith("key set ");
  }

  @Test
  void aSingleKeyIsASetOnlyWhereThatIsAskedFor() throws InvalidKeySet {
    String jwk = RSA.jwk("");
    assertThat(KeySet.parseSetOrKey(jwk).digest()).isEqualTo(Issuer.set(jwk).digest());
    assertThat(KeySet.parseSetOrKey("{\"keys\":[" + jwk + "]}").keys()).hasSize(1);
    assertThat(KeySet.parseSetOrKey("{\"kty\":\"RSA\",\"keys\":[]}").isEmpty()).isTrue();
    for (String bad : List.of("{}", "[]", jwk + "," + jwk, "{\"kid\":\"k\"}")) {
      assertThatThrownBy(() -> KeySet.parseSetOrKey(bad)).isInstanceOf(InvalidKeySet.class);
    }
    assertThatThrownBy(() -> KeySet.parse(jwk)).isInstanceOf(InvalidKeySet.class);
  }

  @Test
  void sizeNestingAndNumberOfKeysAreLimited() {
    assertThatThrownBy(() -> KeySet.parse("{\"keys\":[]}" + " ".repeat(KeySet.MAX_LENGTH)))
        .hasMessageContaining("longer than 1048576");
    assertThatThrownBy(() -> KeySet.parse("{\"keys\":" + "[".repeat(100_000)))
        .isInstanceOf(InvalidKeySet.class);
    String many = String.join(",", Collections.nCopies(501, "{}"));
    assertThatThrownBy(() -> KeySet.parse("{\"keys\":[" + many + "]}"))
        .hasMessageContaining("more than 500 keys");
  }

  @Test
  void aSetMayBeEmpty() throws InvalidKeySet {
    assertThat(KeySet.parse("{\"keys\":[]}").isEmpty()).isTrue();
    assertThat(KeySet.parse("{\"keys\":[]}").digest()).isEqualTo(KeySet.EMPTY.digest());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | kty is missing",
        "{\"kty\":5} | kty is not a string",
        "{\"kty\":\"oct\",\"k\":\"AAAA\"} | symmetric keys",
        "{\"kty\":\"XYZ\"} | kty is none of",
        "{\"kty\":\"RSA\",\"use\":\"enc\"} | use is not sig",
        "{\"kty\":\"RSA\",\"key_ops\":[\"encrypt\"]} | key_ops",
        "{\"kty\":\"RSA\",\"key_ops\":\"verify\"} | key_ops",
        "{\"kty\":\"RSA\",\"alg\":\"RSA1_5\"} | alg is not",
        "{\"kty\":\"RSA\",\"alg\":\"none\"} | alg is not",
        "{\"kty\":\"RSA\",\"alg\":\"HS256\"} | alg is not",
        "{\"kty\":\"RSA\",\"kid\":5} | kid is not a string",
        "{\"kty\":\"RSA\",\"n\":\"AQAB=\",\"e\":\"AQAB\"} | n is not base64url",
        "{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"AQAB\"} | n is not base64url",
        "{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"AA\",\"y\":\"AA\"} | crv is none",
        "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"AA\"} | crv is not Ed25519",
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\"} | 32 octets",
      })
  void whatCannotVerifyIsSkippedWithAReason(String jwk, String reason) {
    assertThat(reason(jwk)).contains(reason);
  }

  @Test
  void oneBadKeyDoesNotSpoilTheOthers() throws InvalidKeySet {
    KeySet set = KeySet.parse("{\"keys\":[5," + rsa(N, 2) + "," + EC.jwk("") + "]}");
    assertThat(set.keys()).hasSize(1);
    assertThat(set.skipped()).extracting(KeySet.Note::index).containsExactly(0, 1);
  }

  @Test
  void rsaKeysMustBeLargeOddAndHonest() {
    assertThat(Issuer.set(rsa(N, 65537)).isEmpty()).isFalse();
    assertThat(Issuer.set(rsa(N, 3)).isEmpty()).isFalse();
    assertThat(reason(rsa(N, 1))).contains("exponent");
    assertThat(reason(rsa(N, 2))).contains("exponent");
    assertThat(reason(rsa(N, 1L << 40 | 1))).contains("exponent");
    assertThat(reason(rsa(N.shiftRight(1024).setBit(0), 65537))).contains("shorter than 2048");
    assertThat(reason(rsa(N.shiftLeft(8000).setBit(0), 65537))).contains("longer than 8192");
    assertThat(reason(rsa(N.clearBit(0), 65537))).contains("even");
    assertThat(reason(rsa(N.multiply(BigInteger.valueOf(3)), 65537))).contains("divisible by 3");
  }

  @Test
  void rsaKeysOfTheRocaFamilyAreSkipped() {
    BigInteger primorial = BigInteger.ONE;
    for (int p = 2; p <= 167; p++) {
      if (BigInteger.valueOf(p).isProbablePrime(30)) {
        primorial = primorial.multiply(BigInteger.valueOf(p));
      }
    }
    // Such keys are 65537^a modulo the product of the small primes.
    BigInteger roca =
        BigInteger.valueOf(65537)
            .modPow(BigInteger.valueOf(1234567), primorial)
            .add(primorial.shiftLeft(2048 - primorial.bitLength()));
    assertThat(reason(rsa(roca, 65537))).contains("ROCA");
  }

  @Test
  void ecPointsMustLieOnTheirCurveAndBeWrittenInFull() {
    String jwk = EC.jwk("");
    String x = jwk.replaceAll(".*\"x\":\"([^\"]*)\".*", "$1");
    String y = jwk.replaceAll(".*\"y\":\"([^\"]*)\".*", "$1");
    assertThat(reason(jwk.replace(y, x))).contains("not a point of the curve");
    assertThat(reason(jwk.replace(y, Base64Url.encode(new byte[31])))).contains("32 octets");
    assertThat(reason(jwk.replace(y, Base64Url.encode(new byte[33])))).contains("32 octets");
    assertThat(reason(jwk.replace("P-256", "P-384"))).contains("48 octets");
    byte[] tooLarge = new byte[32];
    java.util.Arrays.fill(tooLarge, (byte) 0xff);
    assertThat(reason(jwk.replace(x, Base64Url.encode(tooLarge)))).contains("not a point");
    assertThat(reason(EC.jwk("\"alg\":\"ES384\""))).contains("does not fit");
    assertThat(reason(EC.jwk("\"alg\":\"RS256\""))).contains("does not fit");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"
      })
  void ed25519PointsOfSmallOrderAreSkipped(String hex) {
    assertThat(reason(ed25519(hex))).contains("small order");
  }

  @Test
  void ed25519PointsMustBeCanonicalAndOnTheCurve() {
    assertThat(Issuer.set(ED.jwk("")).isEmpty()).isFalse();
    assertThat(reason(ed25519("ed" + "ff".repeat(30) + "7f"))).contains("canonical");
    assertThat(reason(ed25519("02" + "00".repeat(31)))).contains("not a point of the curve");
  }

  private static String ed25519(String hex) {
    return "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\"}"
        .formatted(Base64Url.encode(java.util.HexFormat.of().parseHex(hex)));
  }

  @Test
  void ofAPrivateKeyThePublicHalfIsUsedWithAWarning() {
    KeySet set = Issuer.set(EC.jwk("\"d\":\"c2VjcmV0LXZhbHVl\""));
    assertThat(set.keys()).hasSize(1);
    assertThat(set.warnings()).hasSize(1);
    assertThat(set.warnings() + set.toString()).contains("private members").doesNotContain("c2Vj");
    assertThat(Issuer.set(EC.jwk("")).warnings()).isEmpty();
  }

  @Test
  void aNotesKidIsFitForALogLine() {
    Issuer evil = Issuer.of(Algorithm.ES256, "a\\nb\\u001b[31m\\u202e" + "x".repeat(200));
    KeySet set = Issuer.set(evil.jwk("\"use\":\"enc\""));
    String note = set.skipped().getFirst().toString();
    assertThat(note).contains("kid a?b?[31m?").hasSizeLessThan(130);
  }

  @Test
  void theDigestTellsSetsApartAndNothingElse() {
    String digest = Issuer.set(EC.jwk(""), RSA.jwk("")).digest();
    assertThat(digest).matches("[0-9a-f]{64}");
    assertThat(Issuer.set(RSA.jwk("\"x5t\":\"AAAA\""), EC.jwk("\"use\":\"sig\"")).digest())
        .as("order and unused members")
        .isEqualTo(digest);
    List<String> others = new ArrayList<>();
    others.add(Issuer.set(EC.jwk("")).digest());
    others.add(Issuer.set(EC.jwk("\"alg\":\"ES256\""), RSA.jwk("")).digest());
    others.add(Issuer.set(Issuer.of(Algorithm.ES256, "ec").jwk(""), RSA.jwk("")).digest());
    assertThat(others).doesNotContain(digest).doesNotHaveDuplicates();
  }

  @Test
  void keysAreFoundByKidAndAlgorithm() {
    String nameless = EC.jwk("").replace(",\"kid\":\"ec\"", "");
    KeySet set = Issuer.set(EC.jwk(""), RSA.jwk(""), nameless);
    assertThat(set.candidates("ec", Algorithm.ES256)).hasSize(2);
    assertThat(set.candidates("rsa", Algorithm.ES256)).hasSize(1);
    assertThat(set.candidates("rsa", Algorithm.PS512)).hasSize(1);
    assertThat(set.candidates(null, Algorithm.ES256)).hasSize(2);
    assertThat(set.candidates("ec", Algorithm.ES384)).isEmpty();
  }

  @Test
  void anEmptyKidIsAKidLikeAnyOther() {
    String empty = EC.jwk("").replace("\"kid\":\"ec\"", "\"kid\":\"\"");
    String nameless = EC.jwk("").replace(",\"kid\":\"ec\"", "");
    assertThat(Issuer.set(EC.jwk("")).candidates("", Algorithm.ES256)).isEmpty();
    assertThat(Issuer.set(nameless).candidates("", Algorithm.ES256)).hasSize(1);
    assertThat(Issuer.set(empty).candidates("", Algorithm.ES256)).hasSize(1);
    assertThat(Issuer.set(empty).candidates("ec", Algorithm.ES256)).isEmpty();
    assertThat(Issuer.set(empty).candidates(null, Algorithm.ES256)).hasSize(1);
  }

  @Test
  void aKeysAlgorithmIsTheOnlyOneButForTheExampleOfRfc7520() {
    KeySet set = Issuer.set(RSA.jwk("\"alg\":\"PS256\""));
    for (Algorithm algorithm : Algorithm.values()) {
      boolean fits = algorithm == Algorithm.PS256 || algorithm == Algorithm.PS384;
      assertThat(set.candidates("rsa", algorithm)).as("%s", algorithm).hasSize(fits ? 1 : 0);
    }
    assertThat(Issuer.set(RSA.jwk("\"alg\":\"PS384\"")).candidates("rsa", Algorithm.PS256))
        .isEmpty();
  }
}
