package io.heraldmesh.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.crypto.Crypto;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenVerifierTest {
  private static final Issuer EC = Issuer.of(Algorithm.ES256, "ec");
  private static final Issuer OTHER = Issuer.of(Algorithm.ES256, "other");
  private static final Issuer RSA = Issuer.of(Algorithm.RS256, "rsa");
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
  private static final String HEADER = "{\"alg\":\"ES256\",\"kid\":\"ec\"}";
  private static final String CLAIMS =
      "{\"iss\":\"me\",\"sub\":\"alice\",\"aud\":\"api\",\"azp\":\"web\",\"exp\":1800000100}";

  private static final JwtRule RULE = Rules.remote("me", "api");

  private static TokenResult verify(String token, KeySets keys, JwtRule... rules) {
    return new TokenVerifier(List.of(rules), Crypto.jdk()).verify(token, List.of(rules), keys, NOW);
  }

  private static TokenResult verify(String token) {
    return verify(token, source -> EC.keySet(), RULE);
  }

  private static @Nullable TokenRefusal refusal(TokenResult result) {
    return result instanceof TokenResult.Refused refused ? refused.reason() : null;
  }

  private static @Nullable TokenRefusal refusal(String claims) {
    return refusal(verify(EC.sign(HEADER, claims)));
  }

  @Test
  void aGoodTokenSaysWhoItIs() {
    assertThat(verify(EC.token(CLAIMS)))
        .isInstanceOfSatisfying(
            TokenResult.Verified.class,
            verified -> {
              VerifiedToken token = verified.token();
              assertThat(token.rule()).isSameAs(RULE);
              assertThat(token.principal()).isEqualTo("me/alice");
              assertThat(token.audiences()).containsExactly("api");
              assertThat(token.texts(List.of("azp"))).containsExactly("web");
              assertThat(token.claims()).containsEntry("exp", 1_800_000_100L);
              assertThat(token.payload())
                  .isEqualTo(Base64Url.encode(CLAIMS.getBytes(StandardCharsets.UTF_8)));
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "a",
        "a.b",
        "a.b.c.d",
        "...",
        ".b.c",
        "a.b.c.d.e",
        "{\"payload\":\"e30\"}"
      })
  void whatHasNotThreeSectionsIsMalformed(String token) {
    assertThat(refusal(verify(token))).isEqualTo(TokenRefusal.MALFORMED);
  }

  @Test
  void everySectionHasExactlyOneSpelling() {
    String[] parts = EC.token(CLAIMS).split("\\.", -1);
    String last = parts[2].substring(0, parts[2].length() - 1);
    assertThat(refusal(verify(parts[0] + "=." + parts[1] + "." + parts[2])))
        .isEqualTo(TokenRefusal.HEADER_ENCODING);
    assertThat(refusal(verify(parts[0] + "." + parts[1] + "\n." + parts[2])))
        .isEqualTo(TokenRefusal.PAYLOAD_ENCODING);
    assertThat(refusal(verify(parts[0] + "." + parts[1] + "." + parts[2] + "==")))
        .isEqualTo(TokenRefusal.SIGNATURE_ENCODING);
    // 64 octets leave four unused bits in the last character; a set one spells the same octets.
    int spelled = "AQgw".indexOf(parts[2].charAt(parts[2].length() - 1));
    assertThat(spelled).isNotNegative();
    assertThat(refusal(verify(parts[0] + "." + parts[1] + "." + last + "BRhx".charAt(spelled))))
        .isEqualTo(TokenRefusal.SIGNATURE_ENCODING);
  }

  @Test
  void aTokenMayBeSixteenKibibytesAndNoMore() {
    String start = CLAIMS.substring(0, CLAIMS.length() - 1);
    String fits = EC.token(start + ",\"x\":\"" + "x".repeat(12_000) + "\"}");
    String tooLong = EC.token(start + ",\"x\":\"" + "x".repeat(12_300) + "\"}");
    assertThat(fits.length()).isLessThanOrEqualTo(16 * 1024);
    assertThat(verify(fits)).isInstanceOf(TokenResult.Verified.class);
    assertThat(refusal(verify(tooLong))).isEqualTo(TokenRefusal.TOO_LARGE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[\"ES256\"] | HEADER_JSON",
        "{\"alg\":\"ES256\"}{} | HEADER_JSON",
        "{\"alg\":\"none\",\"alg\":\"ES256\"} | HEADER_JSON",
        "{\"alg\":\"ES256\",} | HEADER_JSON",
        "{} | ALG_MISSING",
        "{\"alg\":null} | ALG_MISSING",
        "{\"alg\":[\"ES256\"]} | ALG_MISSING",
        "{\"alg\":\"none\"} | ALG_UNSUPPORTED",
        "{\"alg\":\"None\"} | ALG_UNSUPPORTED",
        "{\"alg\":\"\"} | ALG_UNSUPPORTED",
        "{\"alg\":\"es256\"} | ALG_UNSUPPORTED",
        "{\"alg\":\"HS256\"} | ALG_UNSUPPORTED",
        "{\"alg\":\"ES256K\"} | ALG_UNSUPPORTED",
        "{\"alg\":\"ES256\",\"crit\":[\"exp\"]} | CRIT_UNSUPPORTED",
        "{\"alg\":\"ES256\",\"crit\":[]} | CRIT_UNSUPPORTED",
        "{\"alg\":\"ES256\",\"crit\":null} | CRIT_UNSUPPORTED",
        "{\"alg\":\"ES256\",\"crit\":[\"b64\"],\"b64\":false} | CRIT_UNSUPPORTED",
        "{\"alg\":\"ES256\",\"b64\":false} | B64_UNSUPPORTED",
        "{\"alg\":\"ES256\",\"b64\":\"true\"} | B64_UNSUPPORTED",
        "{\"alg\":\"ES256\",\"b64\":null} | B64_UNSUPPORTED",
        "{\"alg\":\"ES256\",\"zip\":\"DEF\"} | ZIP_UNSUPPORTED",
        "{\"alg\":\"ES256\",\"zip\":null} | ZIP_UNSUPPORTED",
        "{\"alg\":\"ES256\",\"\\u0061lg\":\"none\"} | HEADER_JSON",
        "{\"alg\":\"ES256\",\"x\":{\"a\":1,\"a\":2}} | HEADER_JSON",
        "{\"alg\":\"E\\u0405256\"} | ALG_UNSUPPORTED",
        "{\"alg\":\"ES256 \"} | ALG_UNSUPPORTED",
        "{\"alg\":\"dir\",\"enc\":\"A128GCM\"} | ALG_UNSUPPORTED",
        "{\"alg\":\"Ed448\"} | ALG_UNSUPPORTED",
        "{\"alg\":\"ES256\",\"kid\":5} | KID_TYPE",
        "{\"alg\":\"ES256\",\"kid\":null} | KID_TYPE",
        "{\"alg\":\"ES256\",\"kid\":\"ec \"} | KEY_UNKNOWN",
        "{\"alg\":\"ES256\",\"kid\":\"\"} | KEY_UNKNOWN",
        "{\"alg\":\"ES256\",\"kid\":\"../../dev/null\"} | KEY_UNKNOWN",
        "{\"alg\":\"RS256\",\"kid\":\"ec\"} | KEY_UNKNOWN",
        "{\"alg\":\"ES384\",\"kid\":\"ec\"} | KEY_UNKNOWN",
      })
  void aHeaderIsTakenOnlyAsItShouldBe(String header, TokenRefusal expected) {
    assertThat(refusal(verify(EC.sign(header, CLAIMS)))).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"alg\":\"ES256\"}",
        "{\"alg\":\"ES256\",\"kid\":\"ec\",\"typ\":\"at+jwt\",\"x\":{\"y\":[1]}}",
        "{\"alg\":\"ES256\",\"b64\":true,\"cty\":\"JWT\",\"enc\":\"A128GCM\"}",
        "{\"alg\":\"ES256\",\"kid\":\"ec\",\"jku\":\"http://127.0.0.1:9/\",\"x5u\":\"http://169.254.169.254/\"}"
      })
  void whatElseAHeaderSaysIsNotRead(String header) {
    assertThat(verify(EC.sign(header, CLAIMS))).isInstanceOf(TokenResult.Verified.class);
  }

  @Test
  void aHeaderIsUtf8WithoutByteOrderMark() {
    byte[] payload = CLAIMS.getBytes(StandardCharsets.UTF_8);
    assertThat(refusal(verify(EC.sign(HEADER.getBytes(StandardCharsets.UTF_16), payload))))
        .isEqualTo(TokenRefusal.HEADER_JSON);
    assertThat(refusal(verify(EC.sign("\ufeff" + HEADER, CLAIMS))))
        .isEqualTo(TokenRefusal.HEADER_JSON);
    byte[] latin1 = HEADER.replace("ec", "\u00fc").getBytes(StandardCharsets.ISO_8859_1);
    assertThat(refusal(verify(EC.sign(latin1, payload)))).isEqualTo(TokenRefusal.HEADER_JSON);
  }

  @Test
  void aKeyThatTheTokenBringsItselfIsNotUsed() {
    String header = "{\"alg\":\"ES256\",\"jwk\":" + OTHER.jwk("") + "}";
    assertThat(refusal(verify(OTHER.sign(header, CLAIMS)))).isEqualTo(TokenRefusal.SIGNATURE);
  }

  @Test
  void aMacUnderThePublicKeyIsNoSignature() throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(RSA.encodedPublicKey(), "HmacSHA256"));
    String input =
        Base64Url.encode("{\"alg\":\"HS256\",\"kid\":\"rsa\"}".getBytes(StandardCharsets.UTF_8))
            + "."
            + Base64Url.encode(CLAIMS.getBytes(StandardCharsets.UTF_8));
    String token =
        input + "." + Base64Url.encode(mac.doFinal(input.getBytes(StandardCharsets.UTF_8)));
    assertThat(refusal(verify(token, source -> RSA.keySet(), RULE)))
        .isEqualTo(TokenRefusal.ALG_UNSUPPORTED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[] | PAYLOAD_JSON",
        "{\"iss\":\"evil\",\"iss\":\"me\",\"aud\":\"api\",\"exp\":1800000100} | PAYLOAD_JSON",
        "{\"iss\":\"me\",\"aud\":\"api\",\"exp\":0xFFFFFFFF} | PAYLOAD_JSON",
        "{\"iss\":\"me\",\"aud\":\"api\",\"exp\":01800000100} | PAYLOAD_JSON",
        "{\"iss\":\"me\",\"aud\":\"api\",\"exp\":NaN} | PAYLOAD_JSON",
        "{\"iss\":null,\"exp\":1800000100} | ISS_TYPE",
        "{\"iss\":[\"me\"],\"exp\":1800000100} | ISS_TYPE",
        "{\"iss\":\"me\",\"sub\":null,\"exp\":1800000100} | SUB_TYPE",
        "{\"iss\":\"me\",\"aud\":null,\"exp\":1800000100} | AUD_TYPE",
        "{\"iss\":\"me\",\"aud\":[\"api\",null],\"exp\":1800000100} | AUD_TYPE",
        "{\"iss\":\"me\",\"aud\":{\"api\":true},\"exp\":1800000100} | AUD_TYPE",
        "{\"iss\":\"me\",\"exp\":null} | EXP_TYPE",
        "{\"iss\":\"me\",\"exp\":1e10} | EXP_TYPE",
        "{\"iss\":\"me\",\"exp\":9223372036854775808} | EXP_RANGE",
        "{\"iss\":\"me\",\"exp\":-9223372036854775809} | EXP_RANGE",
        "{\"iss\":\"me\",\"exp\":253402300800} | EXP_RANGE",
        "{\"iss\":\"me\",\"exp\":1800000000000,\"nbf\":1800000000000} | NBF_RANGE",
        "{\"iss\":\"me\",\"exp\":1800000100,\"iat\":-1} | IAT_RANGE",
        "{\"iss\":\"me\",\"exp\":1800000100,\"iat\":9223372036854775808} | IAT_RANGE",
        "{\"iss\":\"me\",\"exp\":1800000100,\"nbf\":-1} | NBF_RANGE",
        "{\"iss\":\"me\",\"exp\":1800000100,\"x\":{\"y\":1,\"y\":2}} | PAYLOAD_JSON",
        "{\"iss\":\"me/\",\"aud\":\"api\",\"exp\":1800000100} | ISSUER_UNKNOWN",
        "{\"iss\":\"\",\"aud\":\"api\",\"exp\":1800000100} | ISSUER_UNKNOWN",
        "{\"iss\":\"me\",\"aud\":\"API\",\"exp\":1800000100} | AUDIENCE",
        "{\"iss\":\"me\",\"aud\":\"api/\",\"exp\":1800000100} | AUDIENCE",
        "{\"iss\":\"me\",\"aud\":\"https://api\",\"exp\":1800000100} | AUDIENCE",
        "{\"iss\":\"me\",\"aud\":\"\",\"exp\":1800000100} | AUDIENCE",
        "{\"iss\":\"me\",\"sub\":5,\"exp\":1800000100} | SUB_TYPE",
        "{\"iss\":\"me\",\"jti\":{},\"exp\":1800000100} | JTI_TYPE",
        "{\"iss\":\"me\",\"iat\":\"1\",\"exp\":1800000100} | IAT_TYPE",
        "{\"iss\":\"me\",\"nbf\":true,\"exp\":1800000100} | NBF_TYPE",
        "{\"iss\":\"me\",\"exp\":\"1800000100\"} | EXP_TYPE",
        "{\"iss\":\"me\",\"exp\":1800000100.5} | EXP_TYPE",
        "{\"iss\":\"me\",\"exp\":[1800000100]} | EXP_TYPE",
        "{\"iss\":\"me\",\"exp\":-1} | EXP_RANGE",
        "{\"iss\":\"me\",\"exp\":99999999999999999999} | EXP_RANGE",
        "{\"iss\":\"me\",\"aud\":5,\"exp\":1800000100} | AUD_TYPE",
        "{\"iss\":\"me\",\"aud\":[[\"api\"]],\"exp\":1800000100} | AUD_TYPE",
        "{\"aud\":\"api\",\"exp\":1800000100} | ISSUER_UNKNOWN",
        "{\"iss\":\"me:443\",\"aud\":\"api\",\"exp\":1800000100} | ISSUER_UNKNOWN",
        "{\"iss\":\"ME\",\"aud\":\"api\",\"exp\":1800000100} | ISSUER_UNKNOWN",
        "{\"iss\":\"me\",\"aud\":\"api\"} | EXP_MISSING",
        "{\"iss\":\"me\",\"aud\":\"api\",\"exp\":0} | EXPIRED",
        "{\"iss\":\"me\",\"aud\":\"api\",\"exp\":1799999940} | EXPIRED",
        "{\"iss\":\"me\",\"aud\":\"api\",\"exp\":1800000100,\"nbf\":1800000061} | NOT_YET_VALID",
        "{\"iss\":\"me\",\"exp\":1800000100} | AUDIENCE",
        "{\"iss\":\"me\",\"aud\":[],\"exp\":1800000100} | AUDIENCE",
        "{\"iss\":\"me\",\"aud\":\"api \",\"exp\":1800000100} | AUDIENCE",
        "{\"iss\":\"me\",\"aud\":\"x,api\",\"exp\":1800000100} | AUDIENCE",
        "{\"iss\":\"me\",\"aud\":\"ap\",\"exp\":1800000100} | AUDIENCE",
      })
  void aPayloadIsTakenOnlyAsItShouldBe(String claims, TokenRefusal expected) {
    assertThat(refusal(claims)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"iss\":\"me\",\"aud\":[\"x\",\"api\"],\"exp\":1800000100}",
        "{\"iss\":\"me\",\"aud\":\"api\",\"exp\":1799999941}",
        "{\"iss\":\"me\",\"aud\":\"api\",\"exp\":253402300799}",
        "{\"iss\":\"me\",\"aud\":\"api\",\"exp\":1800000100,\"iat\":253402300800}",
        "{\"iss\":\"me\",\"aud\":\"api\",\"exp\":1800000100,\"iat\":9223372036854775807}",
        "{\"iss\":\"me\",\"aud\":\"api\",\"exp\":1800000100,\"nbf\":1800000060}",
        "{\"iss\":\"me\",\"aud\":\"api\",\"exp\":1800000100,\"iat\":2115360000}",
        "{\"iss\":\"me\",\"aud\":\"api\",\"exp\":1800000100,\"__proto__\":{\"admin\":true}}"
      })
  void whatIsUnusualButRightPasses(String claims) {
    assertThat(refusal(claims)).isNull();
  }

  @Test
  void nestingAndInvalidTextAreRefusedWithoutHarm() {
    String start = CLAIMS.substring(0, CLAIMS.length() - 1);
    assertThat(refusal(start + ",\"x\":" + "[".repeat(31) + "]".repeat(31) + "}")).isNull();
    assertThat(refusal(start + ",\"x\":" + "[".repeat(5000) + "]".repeat(5000) + "}"))
        .isEqualTo(TokenRefusal.PAYLOAD_JSON);
    assertThat(refusal(start + ",\"x\":\"\\ud800\"}")).isEqualTo(TokenRefusal.PAYLOAD_JSON);
    assertThat(refusal(start + ",\"x\":\"\\ud83d\\ude00\"}")).isNull();
    assertThat(refusal(start + ",\"x\":1e999}")).isEqualTo(TokenRefusal.PAYLOAD_JSON);
  }

  @Test
  void anyOtherSignatureIsRefused() {
    String[] good = EC.token(CLAIMS).split("\\.", -1);
    String[] more = EC.token(CLAIMS.replace("alice", "admin")).split("\\.", -1);
    assertThat(refusal(verify(good[0] + "." + more[1] + "." + good[2])))
        .isEqualTo(TokenRefusal.SIGNATURE);
    assertThat(refusal(verify(good[0] + "." + good[1] + "."))).isEqualTo(TokenRefusal.SIGNATURE);
    assertThat(refusal(verify(OTHER.sign(HEADER, CLAIMS)))).isEqualTo(TokenRefusal.SIGNATURE);
  }

  @Test
  void withoutKidTheKeysThatFitAreTriedUpToALimit() {
    String token = EC.sign("{\"alg\":\"ES256\"}", CLAIMS);
    List<String> jwks = new ArrayList<>(List.of(RSA.jwk("")));
    for (int i = 0; i < TokenVerifier.MAX_KEYS_TRIED - 1; i++) {
      jwks.add(OTHER.jwk(""));
    }
    jwks.add(EC.jwk(""));
    KeySet last = Issuer.set(jwks.toArray(String[]::new));
    assertThat(verify(token, source -> last, RULE)).isInstanceOf(TokenResult.Verified.class);
    jwks.add(1, OTHER.jwk(""));
    KeySet beyond = Issuer.set(jwks.toArray(String[]::new));
    assertThat(refusal(verify(token, source -> beyond, RULE))).isEqualTo(TokenRefusal.SIGNATURE);
    assertThat(verify(EC.token(CLAIMS), source -> beyond, RULE))
        .as("its kid finds it anywhere")
        .isInstanceOf(TokenResult.Verified.class);
  }

  @Test
  void aKeysOwnAlgorithmIsTheOnlyOne() {
    KeySet fixed = Issuer.set(RSA.jwk("\"alg\":\"RS512\""));
    assertThat(refusal(verify(RSA.token(CLAIMS), source -> fixed, RULE)))
        .isEqualTo(TokenRefusal.KEY_UNKNOWN);
    KeySet right = Issuer.set(RSA.jwk("\"alg\":\"RS256\""));
    assertThat(verify(RSA.token(CLAIMS), source -> right, RULE))
        .isInstanceOf(TokenResult.Verified.class);
  }

  @Test
  void whatFailsBeforeKeysAreNeededNeverWaitsForThem() {
    assertThat(verify("x", KeySets.NONE, RULE))
        .isEqualTo(
            new TokenResult.Refused(
                TokenRefusal.MALFORMED,
                401,
                "Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections"));
    assertThat(verify(EC.token(CLAIMS.replace("api", "x")), KeySets.NONE, RULE))
        .isEqualTo(
            new TokenResult.Refused(
                TokenRefusal.AUDIENCE, 403, "Audiences in Jwt are not allowed"));
    assertThat(verify(EC.token(CLAIMS), KeySets.NONE, RULE))
        .isEqualTo(
            new TokenResult.Refused(
                TokenRefusal.KEYS_NEVER_FETCHED, 503, "Jwks remote fetch is failed"));
  }

  @Test
  void aSetWithoutKeysVerifiesNothing() {
    assertThat(refusal(verify(EC.token(CLAIMS), source -> KeySet.EMPTY, RULE)))
        .isEqualTo(TokenRefusal.NO_USABLE_KEY);
    String unsigned = EC.sign("{\"alg\":\"none\"}", CLAIMS);
    assertThat(refusal(verify(unsigned, source -> KeySet.EMPTY, RULE)))
        .isEqualTo(TokenRefusal.ALG_UNSUPPORTED);
  }

  @Test
  void inlineKeysNeedNoFetchingAndBadOnesVerifyNothing() {
    JwtRule inline = Rules.rule("me", new KeySource.Inline(EC.jwks()), "api");
    assertThat(verify(EC.token(CLAIMS), KeySets.NONE, inline))
        .isInstanceOf(TokenResult.Verified.class);
    JwtRule bad = Rules.rule("me", new KeySource.Inline("{}"), "api");
    assertThat(refusal(verify(EC.token(CLAIMS), KeySets.NONE, bad)))
        .isEqualTo(TokenRefusal.NO_USABLE_KEY);
  }

  @Test
  void severalRulesMayNameOneIssuerAndOneMustBeSatisfied() {
    JwtRule first = Rules.rule("me", new KeySource.Inline(OTHER.jwks()), "api");
    JwtRule second = Rules.rule("me", new KeySource.Inline(EC.jwks()), "api", "more");
    JwtRule stranger = Rules.rule("you", new KeySource.Inline(EC.jwks()));
    TokenResult result = verify(EC.token(CLAIMS), KeySets.NONE, stranger, first, second);
    assertThat(result)
        .isInstanceOfSatisfying(
            TokenResult.Verified.class, v -> assertThat(v.token().rule()).isSameAs(second));
    assertThat(refusal(verify(EC.token(CLAIMS), KeySets.NONE, stranger, first)))
        .isEqualTo(TokenRefusal.KEY_UNKNOWN);
    assertThat(refusal(verify(EC.token(CLAIMS), KeySets.NONE, first, RULE)))
        .as("the missing set might have had the key")
        .isEqualTo(TokenRefusal.KEYS_NEVER_FETCHED);
    assertThat(
            refusal(verify(EC.token(CLAIMS.replace("api", "more")), KeySets.NONE, first, second)))
        .as("the second rule's audience, the second rule's keys")
        .isNull();
  }

  @Test
  void oneIssuersKeysDoNotSpeakForAnother() {
    JwtRule mine = Rules.rule("me", new KeySource.Inline(EC.jwks()));
    JwtRule yours = Rules.rule("you", new KeySource.Inline(OTHER.jwks()));
    String forged = OTHER.sign(HEADER, CLAIMS);
    assertThat(refusal(verify(forged, KeySets.NONE, mine, yours)))
        .isEqualTo(TokenRefusal.SIGNATURE);
  }

  @Test
  void onlyATokenThatIsGoodInAllElseAsksForNewKeys() {
    List<KeySource> asked = new ArrayList<>();
    KeySets keys =
        new KeySets() {
          @Override
          public KeySet get(KeySource source) {
            return OTHER.keySet();
          }

          @Override
          public void unknownKey(KeySource source) {
            asked.add(source);
          }
        };
    verify(EC.token(CLAIMS.replace("1800000100", "1")), keys, RULE);
    verify(OTHER.token(CLAIMS), keys, RULE);
    verify(OTHER.sign("{\"alg\":\"ES256\",\"kid\":\"other\"}", "{}"), keys, RULE);
    assertThat(asked).isEmpty();
    verify(EC.token(CLAIMS), keys, RULE);
    assertThat(asked).containsExactly(RULE.keys());
  }

  @Test
  void everyRefusalHasACodeATextAndAStatus() {
    for (TokenRefusal refusal : TokenRefusal.values()) {
      assertThat(refusal.code()).matches("jwt_[a-z0-9_]+");
      assertThat(refusal.body()).isNotBlank();
      assertThat(refusal.status()).isIn(401, 403, 503);
    }
  }
}
