package io.heraldmesh.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heraldmesh.SharedData;
import io.heraldmesh.crypto.Crypto;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The sample tokens of Istio's tests and documentation. */
class IstioTokensTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final String SAMPLES = "istio/istio-istio/security/tools/jwt/samples/";

  static List<Crypto> implementations() {
    return Cryptos.all();
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void tokensOfTheIntegrationTestsAreValidUnlessTheirNameSaysOtherwise(Crypto crypto)
      throws IOException {
    JsonNode data = SharedData.json("istio/derived/test-tokens.json");
    String jwks = Files.readString(SharedData.file("istio/" + data.get("jwks").asText()));
    List<JwtRule> rules =
        List.of(
            Rules.rule("test-issuer-1@istio.io", new KeySource.Inline(jwks)),
            Rules.rule("test-issuer-2@istio.io", new KeySource.Inline(jwks)),
            Rules.rule("test-issuer-3@istio.io", new KeySource.Inline(jwks)));
    TokenVerifier verifier = new TokenVerifier(rules, crypto);
    int accepted = 0;
    for (Map.Entry<String, JsonNode> named : data.get("tokens").properties()) {
      TokenResult result =
          verifier.verify(named.getValue().get("token").asText(), rules, KeySets.NONE, NOW);
      switch (named.getKey()) {
        case "TokenExpired" ->
            assertThat(result).isEqualTo(new TokenResult.Refused(TokenRefusal.EXPIRED));
        case "TokenInvalid" -> assertThat(result).isInstanceOf(TokenResult.Refused.class);
        default -> {
          assertThat(result).as(named.getKey()).isInstanceOf(TokenResult.Verified.class);
          assertThat(claims(result)).isEqualTo(plain(named.getValue().get("payload")));
          accepted++;
        }
      }
    }
    assertThat(accepted).as("controls").isGreaterThan(8);
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void tokensOfTheDocumentationAreValidUnderTheirKeys(Crypto crypto) throws IOException {
    String jwks = Files.readString(SharedData.file(SAMPLES + "jwks.json"));
    JwtRule rule = Rules.rule("testing@secure.istio.io", new KeySource.Inline(jwks));
    TokenVerifier verifier = new TokenVerifier(List.of(rule), crypto);
    for (String name : List.of("demo.jwt", "groups-scope.jwt")) {
      String token = Files.readString(SharedData.file(SAMPLES + name)).strip();
      assertThat(verifier.verify(token, List.of(rule), KeySets.NONE, NOW))
          .as(name)
          .isInstanceOf(TokenResult.Verified.class);
    }
  }

  private static Object claims(TokenResult result) {
    return new ObjectMapper()
        .valueToTree(((TokenResult.Verified) result).token().claims())
        .toString();
  }

  private static Object plain(JsonNode payload) {
    return payload.toString();
  }
}
