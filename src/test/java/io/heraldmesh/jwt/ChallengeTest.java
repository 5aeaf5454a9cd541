package io.heraldmesh.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ChallengeTest {

  @Test
  void itNamesTheAddressThatWasAskedFor() {
    assertThat(Challenge.invalidToken("https", "web.shop:8000", "/ip"))
        .isEqualTo("Bearer realm=\"https://web.shop:8000/ip\", error=\"invalid_token\"");
    assertThat(Challenge.missingToken("http", "web", "/"))
        .isEqualTo("Bearer realm=\"http://web/\"");
  }

  @Test
  void theQueryStaysOut() {
    assertThat(Challenge.invalidToken("https", "web", "/ip?access_token=secret"))
        .doesNotContain("secret")
        .contains("https://web/ip\"");
  }

  @Test
  void nothingInItCanEndTheQuotesOrTheLine() {
    assertThat(Challenge.missingToken("https", "a\"\r\nx: 1\\", "/\u00fc\u0000\u007f b"))
        .isEqualTo("Bearer realm=\"https://ax:1/b\"");
  }

  @Test
  void theRealmIsCutAt256Characters() {
    String challenge = Challenge.missingToken("https", "web", "/" + "x".repeat(1000));
    assertThat(challenge).hasSize("Bearer realm=\"\"".length() + 256);
  }
}
