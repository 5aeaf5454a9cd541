package io.heraldmesh.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.AttackTokens;
import io.heraldmesh.SharedData;
import io.heraldmesh.crypto.Crypto;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Known attacks on JWT verifiers, as tokens; each is judged under every implementation. */
class JwtAttacksTest {

  static List<Crypto> implementations() {
    return Cryptos.all();
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void everyAttackIsRefusedAndEveryControlAccepted(Crypto crypto) {
    JsonNode data = SharedData.json("attacks/jwt-attacks.json");
    Map<String, TokenResult> results = judge(data, crypto);
    List<String> wrong = new ArrayList<>();
    int controls = 0;
    for (JsonNode attack : data.get("cases")) {
      String id = attack.get("id").asText();
      TokenResult result = results.get(id);
      String expected = attack.get("expect").asText();
      boolean accepted = result instanceof TokenResult.Verified;
      controls += accepted && attack.get("class").asText().equals("control") ? 1 : 0;
      if (!expected.equals("either") && accepted != expected.equals("accept")) {
        wrong.add(id + " " + result);
      }
      if (result instanceof TokenResult.Refused refused) {
        int status = id.startsWith("jwt-aud-") && !id.endsWith("nested") ? 403 : 401;
        assertThat(refused.status()).as(id).isEqualTo(status);
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(controls).as("controls").isEqualTo(5);
  }

  @Test
  void everyImplementationGivesEveryTokenTheSameAnswer() {
    JsonNode data = SharedData.json("attacks/jwt-attacks.json");
    Map<String, TokenResult> first = judge(data, Crypto.jdk());
    for (Crypto crypto : implementations()) {
      assertThat(judge(data, crypto).toString()).isEqualTo(first.toString());
    }
  }

  private static Map<String, TokenResult> judge(JsonNode data, Crypto crypto) {
    JsonNode config = data.get("config");
    String audience = config.get("audiences").get(0).asText();
    ObjectNode weak = config.get("jwks").deepCopy();
    config.get("extra_weak_keys").forEach(key -> weak.withArray("keys").add(key));
    Map<String, TokenResult> results = new LinkedHashMap<>();
    for (JsonNode attack : data.get("cases")) {
      JsonNode keys = attack.get("class").asText().equals("weak") ? weak : config.get("jwks");
      List<JwtRule> rules =
          List.of(
              inline(config.get("issuer").asText(), keys, audience),
              inline(config.get("issuer_b").asText(), config.get("jwks_b"), audience));
      TokenVerifier verifier = new TokenVerifier(rules, crypto);
      JsonNode now = attack.has("now") ? attack.get("now") : data.get("now_default");
      String token = AttackTokens.token(attack.get("token"), data.get("signing_keys_pem"));
      results.put(
          attack.get("id").asText(),
          assertTimeout(
              Duration.ofSeconds(1),
              () ->
                  verifier.verify(
                      token, rules, KeySets.NONE, Instant.ofEpochSecond(now.asLong()))));
    }
    return results;
  }

  private static JwtRule inline(String issuer, JsonNode jwks, String audience) {
    return Rules.rule(issuer, new KeySource.Inline(jwks.toString()), audience);
  }
}
