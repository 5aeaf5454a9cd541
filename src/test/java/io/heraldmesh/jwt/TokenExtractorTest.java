package io.heraldmesh.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenExtractorTest {
  private static final JwtRule PLAIN = Rules.remote("me");

  private static JwtRule at(
      List<JwtRule.HeaderLocation> headers, List<String> params, List<String> cookies) {
    return new JwtRule(
        "me", List.of(), PLAIN.keys(), headers, params, cookies, false, null, List.of(), Set.of());
  }

  private static JwtRule atHeader(String name, String prefix) {
    return at(List.of(new JwtRule.HeaderLocation(name, prefix)), List.of(), List.of());
  }

  private static List<String> find(TokenCarrier request, JwtRule... rules) {
    return new TokenExtractor(List.of(rules))
        .find(request).stream().map(FoundToken::token).toList();
  }

  @Test
  void aRuleWithoutLocationsLooksForABearerTokenAndAParameter() {
    Request request = Request.query("access_token=q").header("Authorization", "Bearer h");
    assertThat(find(request, PLAIN)).containsExactly("h", "q");
    assertThat(find(Request.query("a=b"), PLAIN)).isEmpty();
  }

  @Test
  void aRuleWithALocationLooksNowhereElse() {
    Request request = Request.query("access_token=q").header("authorization", "Bearer h");
    assertThat(find(request, at(List.of(), List.of("t"), List.of()))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Bearer t | t",
        "bearer t | t",
        "BEARER t | t",
        "Bearer   t | t",
        "Basic x, Bearer t | t",
        "Bearer a, Bearer b | a, Bearer b",
        "Bearer a b | a b",
      })
  void whatFollowsTheSchemeIsTheToken(String value, String token) {
    assertThat(find(Request.header1("authorization", value), PLAIN)).containsExactly(token);
  }

  @Test
  void blanksAroundATokenAreNotPartOfIt() {
    assertThat(find(Request.header1("authorization", "Bearer \t t \t"), PLAIN))
        .containsExactly("t");
    assertThat(find(Request.header1("authorization", "Bearer t\u00a0"), PLAIN))
        .as("only spaces and tabs are blanks in a header")
        .containsExactly("t\u00a0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Basic t", "t", "Bearer", "", "Bearer\tt", "Token t"})
  void otherAuthorizationIsNoToken(String value) {
    assertThat(find(Request.header1("authorization", value), PLAIN)).isEmpty();
  }

  @Test
  void aSchemeWithoutAnythingIsAnEmptyTokenThatNoRuleAccepts() {
    assertThat(find(Request.header1("authorization", "Bearer "), PLAIN)).containsExactly("");
  }

  @Test
  void everyInstanceOfAHeaderParameterOrCookieCounts() {
    JwtRule rule = at(List.of(new JwtRule.HeaderLocation("X-Jwt", "")), List.of("t"), List.of("c"));
    Request request =
        Request.query("t=1&x=y&t=2")
            .header("x-jwt", "3")
            .header("X-JWT", "4")
            .header("cookie", "c=5; d=x; c=6")
            .header("cookie", "c=7");
    assertThat(find(request, rule)).containsExactly("3", "4", "1", "2", "5", "6", "7");
  }

  @Test
  void theSameTextAtTheSamePlaceIsToldOnce() {
    Request request = Request.query("access_token=t&access_token=t");
    assertThat(find(request.header("authorization", "Bearer t"), PLAIN)).containsExactly("t", "t");
  }

  @Test
  void aPrefixOfOnesOwnIsComparedExactly() {
    assertThat(find(Request.header1("x-jwt", "Tok t"), atHeader("X-Jwt", "Tok ")))
        .containsExactly("t");
    assertThat(find(Request.header1("x-jwt", "tok t"), atHeader("X-Jwt", "Tok "))).isEmpty();
  }

  @Test
  void parametersAreFoundHoweverTheyAreSpelled() {
    assertThat(find(Request.query("access%5ftoken=a%2Eb&access_token"), PLAIN))
        .containsExactly("a.b", "");
    assertThat(find(Request.query("Access_Token=t&xaccess_token=t&%zz=1&access_token2=t"), PLAIN))
        .isEmpty();
  }

  @Test
  void cookiesMayBeQuotedAndAreFoundByExactName() {
    JwtRule rule = at(List.of(), List.of(), List.of("c"));
    assertThat(find(Request.header1("cookie", "C=x; c=\"t\";c2=y; c ; =c"), rule))
        .containsExactly("t");
    assertThat(find(Request.header1("cookie", "access_token=t"), PLAIN)).isEmpty();
  }

  @Test
  void rulesThatShareAPlaceAreToldTogether() {
    JwtRule other = atHeader("AUTHORIZATION", "Bearer ");
    JwtRule third = atHeader("x-jwt", "");
    Request request = Request.header1("authorization", "Bearer s3cret").header("x-jwt", "u");
    List<FoundToken> found = new TokenExtractor(List.of(PLAIN, other, third)).find(request);
    assertThat(found).hasSize(2);
    assertThat(found.get(0).rules()).containsExactly(PLAIN, other);
    assertThat(found.get(1).rules()).containsExactly(third);
    assertThat(found.toString()).doesNotContain("s3cret");
  }

  @Test
  void parametersCanBeTakenOffWithoutTouchingTheRest() {
    assertThat(
            QueryString.without(
                "a=%41&access_token=t&b&=&c=1&access%5Ftoken=u", Set.of("access_token")))
        .isEqualTo("a=%41&b&=&c=1");
    assertThat(QueryString.without("access_token=t", Set.of("access_token"))).isEmpty();
    assertThat(QueryString.without("", Set.of("x"))).isEmpty();
  }
}
