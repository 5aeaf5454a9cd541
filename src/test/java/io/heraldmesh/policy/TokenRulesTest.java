package io.heraldmesh.policy;

import static io.heraldmesh.policy.Policies.NOW;
import static io.heraldmesh.policy.Policies.caller;
import static io.heraldmesh.policy.Policies.workload;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.jwt.JwtRule;
import io.heraldmesh.jwt.JwtRule.HeaderLocation;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.jwt.KeySource;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What several rules make of one request together, and what reaches the service. */
class TokenRulesTest {
  private static final TokenIssuer ONE = new TokenIssuer();
  private static final TokenIssuer TWO = new TokenIssuer();
  private static final String FIRST = "https://one.test";
  private static final String SECOND = "https://two.test";

  @ParameterizedTest
  @CsvSource({"api, 200", "web, 200", "other, 403", ", 403"})
  void oneIssuerMayHaveTwoRulesWithAudiencesOfTheirOwn(String audience, int status) {
    String token =
        ONE.sign(payload(FIRST, audience == null ? "" : ",\"aud\":\"%s\"".formatted(audience)));
    List<JwtRule> rules =
        List.of(rule(ONE, FIRST).audiences("api").end(), rule(ONE, FIRST).audiences("web").end());
    assertThat(status(rules, bearer(token))).isEqualTo(status);
  }

  @Test
  void theRuleWhoseAudienceFitsSaysWhatIsPassedOn() {
    List<JwtRule> rules =
        List.of(
            rule(ONE, FIRST).audiences("api").forward().end(),
            rule(ONE, FIRST).audiences("web").end());
    String api = ONE.sign(payload(FIRST, ",\"aud\":\"api\""));
    String web = ONE.sign(payload(FIRST, ",\"aud\":\"web\""));
    assertThat(allowed(rules, bearer(api)).remove()).isEmpty();
    assertThat(allowed(rules, bearer(web)).remove()).containsExactly("authorization");
  }

  @Test
  void aTokenOfOneIssuerAtThePlaceOfAnotherIsRefused() {
    List<JwtRule> rules =
        List.of(
            rule(ONE, FIRST).header("x-one", "").end(),
            rule(TWO, SECOND).header("x-two", "Token ").end());
    String one = ONE.sign(payload(FIRST, ""));
    String two = TWO.sign(payload(SECOND, ""));
    assertThat(status(rules, get().header("x-one", one).header("x-two", "Token " + two)))
        .isEqualTo(200);
    assertThat(status(rules, get().header("x-one", two))).isEqualTo(401);
    assertThat(status(rules, get().header("x-two", "Token " + one))).isEqualTo(401);
    assertThat(status(rules, get().header("x-two", two)))
        .as("without the prefix there is no token")
        .isEqualTo(200);
  }

  @Test
  void tokensOfTwoIssuersMayShareAPlace() {
    List<JwtRule> rules = List.of(rule(ONE, FIRST).end(), rule(TWO, SECOND).end());
    assertThat(status(rules, bearer(ONE.sign(payload(FIRST, ""))))).isEqualTo(200);
    assertThat(status(rules, bearer(TWO.sign(payload(SECOND, ""))))).isEqualTo(200);
    assertThat(status(rules, bearer(TWO.sign(payload(FIRST, "")))))
        .as("each with the keys of its own issuer")
        .isEqualTo(401);
  }

  @Test
  void everyTokenHasToBeValidWhereverItStands() {
    JwtRule rule =
        rule(ONE, FIRST).header("x-jwt", "Value ").params("t", "u").cookies("session").end();
    String good = ONE.sign(payload(FIRST, ""));
    String bad = TWO.sign(payload(FIRST, ""));
    List<JwtRule> rules = List.of(rule);
    assertThat(status(rules, Requests.get("/x?t=" + good + "&u=" + good))).isEqualTo(200);
    assertThat(status(rules, Requests.get("/x?t=" + good + "&u=" + bad))).isEqualTo(401);
    assertThat(status(rules, Requests.get("/x?t=" + good).header("cookie", "session=" + bad)))
        .isEqualTo(401);
    assertThat(status(rules, get().header("x-jwt", "Value " + good).header("x-jwt", "Value z")))
        .isEqualTo(401);
    assertThat(status(rules, bearer(bad))).as("nobody looks there").isEqualTo(200);
  }

  @Test
  void aTokenIsTakenOffHeaderAndQueryButACookieStays() {
    JwtRule rule = rule(ONE, FIRST).header("X-Jwt", "Value ").params("t").cookies("s").end();
    String token = ONE.sign(payload(FIRST, ""));
    Decision.Allowed allowed =
        allowed(
            List.of(rule),
            Requests.get("/x?a=1&t=" + token)
                .header("x-jwt", "Value " + token)
                .header("cookie", "s=" + token));
    assertThat(allowed.remove()).containsExactly("x-jwt");
    assertThat(allowed.target()).isEqualTo("/x?a=1");
  }

  @Test
  void aTokenThatIsForwardedStaysInTheQueryToo() {
    JwtRule rule = rule(ONE, FIRST).params("t").forward().end();
    String target = "/x?t=" + ONE.sign(payload(FIRST, ""));
    assertThat(allowed(List.of(rule), Requests.get(target)).target()).isEqualTo(target);
  }

  @Test
  void headersThatLookLikeAnOutputAreTakenOffToo() {
    List<JwtRule> rules = List.of(rule(ONE, FIRST).payloadTo("x-jwt-payload").end());
    Decision.Allowed none =
        allowed(
            rules,
            get().header("X_JWT_Payload", "a").header("x-jwt_payload", "b").header("x_other", "c"));
    assertThat(none.remove())
        .containsExactlyInAnyOrder("x-jwt-payload", "x_jwt_payload", "x-jwt_payload");
    String token = ONE.sign(payload(FIRST, ""));
    Decision.Allowed one = allowed(rules, bearer(token).header("x_jwt_payload", "a"));
    assertThat(one.remove()).containsExactlyInAnyOrder("authorization", "x_jwt_payload");
    assertThat(one.set()).containsExactly(new Header("x-jwt-payload", token.split("\\.", -1)[1]));
  }

  @Test
  void theFirstRuleThatFillsAHeaderDoes() {
    List<JwtRule> rules =
        List.of(
            rule(ONE, FIRST).header("x-one", "").payloadTo("x-out").end(),
            rule(TWO, SECOND).header("x-two", "").payloadTo("x-out").end());
    String one = ONE.sign(payload(FIRST, ""));
    String two = TWO.sign(payload(SECOND, ""));
    Decision.Allowed both = allowed(rules, get().header("x-two", two).header("x-one", one));
    assertThat(both.set()).containsExactly(new Header("x-out", one.split("\\.", -1)[1]));
    assertThat(both.remove()).containsExactlyInAnyOrder("x-one", "x-two");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " "})
  void aPreflightNamesWhereItComesFromAndWhatItWillAsk(String empty) {
    List<JwtRule> rules = List.of(rule(ONE, FIRST).end());
    Requests options = bearer("bad").method("OPTIONS");
    assertThat(
            status(
                rules,
                options.header("origin", empty).header("access-control-request-method", "PUT")))
        .isEqualTo(401);
    assertThat(
            status(
                rules,
                options
                    .header("origin", "https://a.test")
                    .header("access-control-request-method", empty)))
        .isEqualTo(401);
  }

  @Test
  void theChallengeGoesWithA403OfTheAudienceAndNotWithA503() {
    Decision.Denied audience =
        (Decision.Denied)
            decide(
                List.of(rule(ONE, FIRST).audiences("api").end()),
                bearer(ONE.sign(payload(FIRST, ""))));
    assertThat(audience.headers())
        .containsExactly(
            new Header(
                "www-authenticate",
                "Bearer realm=\"http://svc.a.test/x\", error=\"invalid_token\""));
    Decision.Denied unfetched =
        (Decision.Denied)
            decide(
                List.of(rule(new KeySource.Discovered(FIRST), FIRST).end()),
                bearer(ONE.sign(payload(FIRST, ""))));
    assertThat(unfetched.status()).isEqualTo(503);
    assertThat(unfetched.headers()).containsExactly(new Header("retry-after", "5"));
  }

  private static Requests get() {
    return Requests.get("/x");
  }

  private static Requests bearer(String token) {
    return get().header("authorization", "Bearer " + token);
  }

  private static Decision decide(List<JwtRule> rules, Requests request) {
    return new Enforcement(
            workload(MtlsMode.PERMISSIVE, PathNormalization.BASE, rules), Crypto.jdk())
        .decide(caller(null), request, KeySets.NONE, NOW);
  }

  private static int status(List<JwtRule> rules, Requests request) {
    return decide(rules, request) instanceof Decision.Denied denied ? denied.status() : 200;
  }

  private static Decision.Allowed allowed(List<JwtRule> rules, Requests request) {
    assertThat(decide(rules, request)).isInstanceOf(Decision.Allowed.class);
    return (Decision.Allowed) decide(rules, request);
  }

  private static String payload(String issuer, String more) {
    return "{\"iss\":\"%s\",\"sub\":\"alice\",\"exp\":%d%s}"
        .formatted(issuer, NOW.getEpochSecond() + 600, more);
  }

  private static Builder rule(TokenIssuer keys, String issuer) {
    return rule(new KeySource.Inline(keys.jwks()), issuer);
  }

  private static Builder rule(KeySource keys, String issuer) {
    return new Builder(
        new JwtRule(
            issuer, List.of(), keys, List.of(), List.of(), List.of(), false, null, List.of(),
            Set.of()));
  }

  /** A rule, with what differs from the defaults. */
  private record Builder(JwtRule end) {
    Builder audiences(String... audiences) {
      return with(List.of(audiences), end.fromHeaders(), end.fromParams(), end.fromCookies());
    }

    Builder header(String name, String prefix) {
      return with(
          end.audiences(),
          List.of(new HeaderLocation(name, prefix)),
          end.fromParams(),
          end.fromCookies());
    }

    Builder params(String... names) {
      return with(end.audiences(), end.fromHeaders(), List.of(names), end.fromCookies());
    }

    Builder cookies(String... names) {
      return with(end.audiences(), end.fromHeaders(), end.fromParams(), List.of(names));
    }

    Builder forward() {
      return outputs(true, end.outputPayloadToHeader());
    }

    Builder payloadTo(String header) {
      return outputs(end.forwardOriginalToken(), header);
    }

    private Builder with(
        List<String> audiences,
        List<HeaderLocation> headers,
        List<String> params,
        List<String> cookies) {
      return new Builder(
          new JwtRule(
              end.issuer(),
              audiences,
              end.keys(),
              headers,
              params,
              cookies,
              end.forwardOriginalToken(),
              end.outputPayloadToHeader(),
              end.outputClaimToHeaders(),
              end.spaceDelimitedClaims()));
    }

    private Builder outputs(boolean forward, @Nullable String payload) {
      return new Builder(
          new JwtRule(
              end.issuer(),
              end.audiences(),
              end.keys(),
              end.fromHeaders(),
              end.fromParams(),
              end.fromCookies(),
              forward,
              payload,
              end.outputClaimToHeaders(),
              end.spaceDelimitedClaims()));
    }
  }
}
