package io.heraldmesh.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.SharedData;
import io.heraldmesh.crypto.Crypto;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples of RFC 7515, 7519 and 7520. */
class JoseRfcTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  static List<Crypto> implementations() {
    return Cryptos.all();
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void signaturesOfTheExamplesHoldWhereHeraldTakesTheirForm(Crypto crypto) throws InvalidKeySet {
    JwsVerifier verifier = new JwsVerifier(crypto);
    List<String> wrong = new ArrayList<>();
    int accepted = 0;
    for (JsonNode example : examples()) {
      KeySet keys = WycheproofTest.set(example.get("jwk"));
      boolean valid = verifier.verify(example.get("token").asText(), keys) == null;
      accepted += valid ? 1 : 0;
      if (valid != example.get("signature_only").asText().equals("valid")) {
        wrong.add(example.get("id").asText());
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(accepted).as("controls").isGreaterThan(3);
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void noneIsATokenTodayAndThoseWithClaimsWereInTheirTime(Crypto crypto) throws InvalidKeySet {
    int accepted = 0;
    for (JsonNode example : examples()) {
      KeySet keys = WycheproofTest.set(example.get("jwk"));
      JwtRule rule = Rules.remote("joe");
      TokenVerifier verifier = new TokenVerifier(List.of(rule), crypto);
      String token = example.get("token").asText();
      assertThat(verifier.verify(token, List.of(rule), source -> keys, NOW))
          .as(example.get("id").asText())
          .isInstanceOf(TokenResult.Refused.class);
      JsonNode then = example.get("claims_valid_at");
      if (then != null && then.isNumber()) {
        Instant valid = Instant.ofEpochSecond(then.asLong());
        assertThat(verifier.verify(token, List.of(rule), source -> keys, valid))
            .as(example.get("id").asText())
            .isInstanceOf(TokenResult.Verified.class);
        accepted++;
      }
    }
    assertThat(accepted).as("controls").isEqualTo(2);
  }

  private static JsonNode examples() {
    return SharedData.json("attacks/jose-rfc.json").get("cases");
  }
}
