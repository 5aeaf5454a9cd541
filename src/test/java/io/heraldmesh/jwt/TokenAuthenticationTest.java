package io.heraldmesh.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.jwt.TokenAuthentication.Result;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TokenAuthenticationTest {
  private static final Issuer ISSUER = Issuer.of(Algorithm.ES256, "k");
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
  private static final String GOOD =
      ISSUER.token("{\"iss\":\"me\",\"sub\":\"alice\",\"exp\":1800000100}");
  private static final String BAD = GOOD.substring(0, GOOD.length() - 6) + "AAAAAA";
  private static final String UNKNOWN_ISSUER =
      ISSUER.token("{\"iss\":\"you\",\"sub\":\"alice\",\"exp\":1800000100}");

  private static JwtRule rule(boolean forward) {
    return new JwtRule(
        "me",
        List.of(),
        new KeySource.Inline(ISSUER.jwks()),
        List.of(),
        List.of(),
        List.of(),
        forward,
        null,
        List.of(),
        Set.of());
  }

  private static Result authenticate(Request request, JwtRule... rules) {
    return new TokenAuthentication(List.of(rules), Crypto.jdk())
        .authenticate(request, KeySets.NONE, NOW);
  }

  private static Result authenticate(Request request) {
    return authenticate(request, rule(false));
  }

  private static Result.Passed passed(Request request) {
    return (Result.Passed) authenticate(request);
  }

  private static TokenRefusal refused(Request request) {
    return ((Result.Refused) authenticate(request)).why().reason();
  }

  @Test
  void noTokenPassesAndProvesNothing() {
    assertThat(passed(Request.query("")))
        .isEqualTo(new Result.Passed(List.of(), Set.of(), Set.of()));
  }

  @Test
  void aGoodTokenPassesAndIsTakenOff() {
    Result.Passed inHeader = passed(Request.header1("authorization", "Bearer " + GOOD));
    assertThat(inHeader.tokens()).hasSize(1);
    assertThat(inHeader.removeHeaders()).containsExactly("authorization");
    assertThat(inHeader.removeParams()).isEmpty();
    Result.Passed inQuery = passed(Request.query("a=b&access_token=" + GOOD));
    assertThat(inQuery.removeHeaders()).isEmpty();
    assertThat(inQuery.removeParams()).containsExactly("access_token");
  }

  @Test
  void aTokenThatIsToBeForwardedStays() {
    Request request = Request.header1("authorization", "Bearer " + GOOD);
    assertThat(authenticate(request, rule(true)))
        .isInstanceOfSatisfying(
            Result.Passed.class, passed -> assertThat(passed.removeHeaders()).isEmpty());
  }

  @Test
  void oneBadTokenAnywhereRefusesTheRequest() {
    assertThat(
            refused(
                Request.header1("authorization", "Bearer " + GOOD)
                    .header("authorization", "Bearer " + BAD)))
        .isEqualTo(TokenRefusal.SIGNATURE);
    assertThat(
            refused(Request.query("access_token=" + BAD).header("authorization", "Bearer " + GOOD)))
        .isEqualTo(TokenRefusal.SIGNATURE);
    assertThat(refused(Request.query("access_token=" + GOOD + "&access_token=" + BAD)))
        .isEqualTo(TokenRefusal.SIGNATURE);
    assertThat(refused(Request.header1("authorization", "Bearer " + GOOD + ", Bearer " + GOOD)))
        .isEqualTo(TokenRefusal.MALFORMED);
    assertThat(refused(Request.header1("authorization", "Bearer ")))
        .isEqualTo(TokenRefusal.MALFORMED);
  }

  @Test
  void aTokenOfAnIssuerThatNoRuleNamesIsRefusedNotIgnored() {
    assertThat(refused(Request.header1("authorization", "Bearer " + UNKNOWN_ISSUER)))
        .isEqualTo(TokenRefusal.ISSUER_UNKNOWN);
  }

  @Test
  void aFloodOfTokensIsRefusedUnchecked() {
    Request eight = Request.query("");
    for (int i = 0; i < TokenAuthentication.MAX_TOKENS; i++) {
      eight.header("authorization", "Bearer " + " ".repeat(i) + GOOD);
    }
    assertThat(passed(eight).tokens()).as("the same text is one token").hasSize(1);
    Request many = Request.query("");
    for (int i = 0; i <= TokenAuthentication.MAX_TOKENS; i++) {
      many.header("authorization", "Bearer " + i);
    }
    assertThat(refused(many)).isEqualTo(TokenRefusal.TOO_MANY_TOKENS);
  }
}
