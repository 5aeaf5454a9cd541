package io.heraldmesh.policy;

import static io.heraldmesh.policy.Policies.NOW;
import static io.heraldmesh.policy.Policies.anyOf;
import static io.heraldmesh.policy.Policies.caller;
import static io.heraldmesh.policy.Policies.noneOf;
import static io.heraldmesh.policy.Policies.policy;
import static io.heraldmesh.policy.Policies.rule;
import static io.heraldmesh.policy.Policies.workload;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.jwt.JwtRule;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.jwt.KeySource;
import io.heraldmesh.policy.AuthorizationPolicy.Action;
import io.heraldmesh.policy.Condition.ClaimCondition;
import io.heraldmesh.policy.Condition.HeaderCondition;
import io.heraldmesh.policy.Condition.TextAttribute;
import io.heraldmesh.policy.Condition.TextCondition;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RequestAuthentication and what policies read from tokens, with really signed tokens. */
class TokenStepTest {
  private static final TokenIssuer IDP = new TokenIssuer();
  private static final TokenIssuer STRANGER = new TokenIssuer();
  private static final String ISS = "https://idp.test";
  private static final String GOOD =
      payload(
          ISS,
          """
          "sub":"alice","aud":["api","web"],"azp":"app","groups":["dev","ops"],"role":"admin",
          "scope":"read write","admin":true,"level":7,"nested":{"key":"v"}\
          """);

  @Test
  void withoutATokenTheRequestPassesAndHasNoPrincipal() {
    Decision.Allowed allowed = allowed(decide(jwt(), Requests.get("/x")));
    assertThat(allowed.requestPrincipal()).isNull();
    assertThat(allowed.set()).isEmpty();
  }

  @Test
  void aGoodTokenGivesItsPrincipalAndIsTakenOff() {
    Decision.Allowed allowed = allowed(decide(jwt(), bearer(IDP.sign(GOOD))));
    assertThat(allowed.requestPrincipal()).isEqualTo("https://idp.test/alice");
    assertThat(allowed.remove()).containsExactly("authorization");
    assertThat(allowed.target()).isEqualTo("/x");
  }

  @Test
  void aTokenInTheQueryIsTakenOffTheTargetAndNothingElseOfItChanges() {
    Requests request = Requests.get("/x?a=%41&access_token=" + IDP.sign(GOOD) + "&b");
    Decision.Allowed allowed = allowed(decide(jwt(), request));
    assertThat(allowed.target()).isEqualTo("/x?a=%41&b");
    assertThat(allowed.requestPrincipal()).isEqualTo("https://idp.test/alice");
    assertThat(allowed(decide(jwt(), Requests.get("/x?access_token=" + IDP.sign(GOOD)))).target())
        .isEqualTo("/x");
  }

  @Test
  void aForwardedTokenStays() {
    Decision.Allowed allowed =
        allowed(decide(jwt(jwtRule(true, null, List.of(), ISS)), bearer(IDP.sign(GOOD))));
    assertThat(allowed.remove()).isEmpty();
  }

  @Test
  void aTokenOfAnotherSignerIs401WithAChallengeThatHoldsNoToken() {
    String forged = STRANGER.sign(GOOD);
    Decision.Denied denied = denied(decide(jwt(), bearer(forged)));
    assertThat(denied.status()).isEqualTo(401);
    assertThat(denied.body()).isEqualTo("Jwt verification fails");
    assertThat(denied.headers())
        .containsExactly(
            new Header(
                "www-authenticate",
                "Bearer realm=\"http://svc.a.test/x\", error=\"invalid_token\""));
    assertThat(denied.reason().code()).isEqualTo("jwt_signature");
    assertThat(denied.toString()).doesNotContain(forged);
  }

  @Test
  void anUnknownIssuerIs401AWrongAudience403AndMissingKeys503() {
    assertThat(denied(decide(jwt(), bearer(IDP.sign(payload("https://x.test", "\"sub\":\"s\""))))))
        .satisfies(d -> assertThat(d.status()).isEqualTo(401))
        .satisfies(d -> assertThat(d.reason().code()).isEqualTo("jwt_issuer_unknown"));
    assertThat(denied(decide(jwt(audience("other")), bearer(IDP.sign(GOOD)))))
        .satisfies(d -> assertThat(d.status()).isEqualTo(403))
        .satisfies(d -> assertThat(d.body()).isEqualTo("Audiences in Jwt are not allowed"));
    Decision.Denied unfetched =
        denied(jwt(remote()).decide(caller(null), bearer(IDP.sign(GOOD)), KeySets.NONE, NOW));
    assertThat(unfetched.status()).isEqualTo(503);
    assertThat(unfetched.headers()).extracting(Header::name).containsExactly("retry-after");
    assertThat(jwt(remote()).decide(caller(null), bearer(IDP.sign(GOOD)), s -> IDP.keySet(), NOW))
        .isInstanceOf(Decision.Allowed.class);
  }

  @Test
  void tokensAreCheckedBeforeAuthorizationAndAfterThePeer() {
    Enforcement strict =
        new Enforcement(
            workload(MtlsMode.STRICT, PathNormalization.BASE, List.of(inline())), Crypto.jdk());
    assertThat(denied(decide(strict, bearer("bad"))).status()).isZero();
    Enforcement closed = jwt(List.of(inline()), policy(Action.ALLOW, "none"));
    assertThat(denied(decide(closed, bearer("bad"))).status()).isEqualTo(401);
    assertThat(denied(decide(closed, bearer(IDP.sign(GOOD)))).status()).isEqualTo(403);
  }

  @Test
  void aCorsPreflightNeedsNoToken() {
    Requests preflight =
        bearer("bad")
            .method("OPTIONS")
            .header("Origin", "https://a.test")
            .header("Access-Control-Request-Method", "PUT");
    assertThat(decide(jwt(), preflight)).isInstanceOf(Decision.Allowed.class);
    assertThat(denied(decide(jwt(), preflight.method("GET"))).status()).isEqualTo(401);
    assertThat(denied(decide(jwt(), bearer("bad").method("OPTIONS"))).status()).isEqualTo(401);
  }

  @Test
  void outputHeadersAreFilledFromTheTokenAndForgedCopiesRemovedEvenWithoutOne() {
    JwtRule out =
        jwtRule(
            false,
            "X-Payload",
            List.of(
                new JwtRule.ClaimHeader("X-Role", "role"),
                new JwtRule.ClaimHeader("X-Level", "level"),
                new JwtRule.ClaimHeader("X-Nested", "nested.key"),
                new JwtRule.ClaimHeader("X-Groups", "groups")),
            ISS);
    String token = IDP.sign(GOOD);
    Decision.Allowed allowed = allowed(decide(jwt(out), bearer(token)));
    assertThat(allowed.set())
        .containsExactly(
            new Header("x-level", "7"),
            new Header("x-nested", "v"),
            new Header("x-payload", token.split("\\.", -1)[1]),
            new Header("x-role", "admin"));
    assertThat(allowed.remove()).containsExactlyInAnyOrder("authorization", "x-groups");

    Decision.Allowed none = allowed(decide(jwt(out), Requests.get("/x").header("X-ROLE", "admin")));
    assertThat(none.set()).isEmpty();
    assertThat(none.remove())
        .containsExactlyInAnyOrder("x-payload", "x-role", "x-level", "x-nested", "x-groups");
  }

  @Test
  void policiesSeeHeadersAsTheServiceWillGetThem() {
    JwtRule out = jwtRule(false, null, List.of(new JwtRule.ClaimHeader("x-role", "role")), ISS);
    Enforcement admins =
        jwt(
            List.of(out),
            policy(Action.ALLOW, "admins", rule(new HeaderCondition("x-role", anyOf("admin")))));
    assertThat(decide(admins, bearer(IDP.sign(GOOD)))).isInstanceOf(Decision.Allowed.class);
    assertThat(denied(decide(admins, Requests.get("/x").header("x-role", "admin"))).status())
        .isEqualTo(403);
  }

  @ParameterizedTest
  @CsvSource({
    "https://idp.test/alice, true",
    "https://idp.test/bob, false",
    "https://idp.test/*, true",
    "https://idp.test/a*, true",
    "*/alice, true",
    "*.test/alice, true",
    "*alice, true",
    "*, true",
    "https://idp.test, false",
    "https://idp*, false",
    "*bob, false",
  })
  void requestPrincipals(String pattern, boolean matches) {
    Source source =
        new Source(
            TextField.ANY,
            anyOf(pattern),
            TextField.ANY,
            TextField.ANY,
            TextField.ANY,
            AddressField.ANY,
            AddressField.ANY);
    assertMatches(rule(source), GOOD, matches);
    assertMatches(rule(text(TextAttribute.REQUEST_PRINCIPAL, anyOf(pattern))), GOOD, matches);
    assertMatches(rule(text(TextAttribute.REQUEST_PRINCIPAL, noneOf(pattern))), GOOD, !matches);
    assertMatches(rule(source), null, false);
    assertMatches(rule(text(TextAttribute.REQUEST_PRINCIPAL, noneOf(pattern))), null, true);
  }

  @Test
  void issuerAndSubjectAreNotSplitAtAnotherSlash() {
    String tricky = payload(ISS, "\"sub\":\"realm/alice\"");
    Rule rule = rule(text(TextAttribute.REQUEST_PRINCIPAL, anyOf("https://idp.test/realm/alice")));
    assertMatches(rule, tricky, false);
    String real = payload(ISS + "/realm", "\"sub\":\"alice\"");
    Enforcement allow =
        jwt(
            List.of(jwtRule(false, null, List.of(), ISS + "/realm")),
            policy(Action.ALLOW, "p", rule));
    assertThat(decide(allow, bearer(IDP.sign(real)))).isInstanceOf(Decision.Allowed.class);
  }

  @Test
  void aTokenWithoutSubjectHasNoRequestPrincipal() {
    String noSubject = payload(ISS, "\"role\":\"admin\"");
    assertMatches(rule(text(TextAttribute.REQUEST_PRINCIPAL, anyOf("*"))), noSubject, false);
    assertMatches(rule(text(TextAttribute.REQUEST_PRINCIPAL, noneOf("*"))), noSubject, true);
  }

  @ParameterizedTest
  @CsvSource({
    "role, admin, true",
    "role, user, false",
    "role, ad*, true",
    "role, *, true",
    "groups, ops, true",
    "groups, sre, false",
    "scope, write, true",
    "scope, read write, false",
    "admin, true, false",
    "level, 7, false",
    "nested|key, v, true",
    "nested, v, false",
    "absent, *, false",
  })
  void claims(String path, String pattern, boolean matches) {
    List<String> names = List.of(path.split("\\|", -1));
    assertMatches(rule(new ClaimCondition(names, anyOf(pattern))), GOOD, matches);
    assertMatches(rule(new ClaimCondition(names, noneOf(pattern))), GOOD, !matches);
    assertMatches(rule(new ClaimCondition(names, anyOf(pattern))), null, false);
  }

  @Test
  void audiencesAndPresenter() {
    assertMatches(rule(text(TextAttribute.REQUEST_AUDIENCES, anyOf("web"))), GOOD, true);
    assertMatches(rule(text(TextAttribute.REQUEST_AUDIENCES, anyOf("x"))), GOOD, false);
    assertMatches(rule(text(TextAttribute.REQUEST_PRESENTER, anyOf("app"))), GOOD, true);
    assertMatches(rule(text(TextAttribute.REQUEST_PRESENTER, anyOf("x"))), GOOD, false);
    assertMatches(rule(text(TextAttribute.REQUEST_PRESENTER, anyOf("*"))), null, false);
  }

  @Test
  void aPresenterMayBeAListAsAnAudienceMay() {
    String several = payload("https://idp.test", "\"sub\":\"alice\",\"azp\":[\"app\",\"shop\"]");
    TextAttribute presenter = TextAttribute.REQUEST_PRESENTER;
    assertMatches(rule(text(presenter, anyOf("shop"))), several, true);
    assertMatches(rule(text(presenter, anyOf("x"))), several, false);
    assertMatches(rule(text(presenter, noneOf("shop"))), several, false);
    assertMatches(rule(text(presenter, noneOf("x"))), several, true);
    String none = payload("https://idp.test", "\"sub\":\"alice\",\"azp\":[7]");
    assertMatches(rule(text(presenter, anyOf("*"))), none, false);
  }

  @Test
  void aSecondTokenNeitherHidesTheFirstFromADenyNorOpensAnAllow() {
    JwtRule second =
        new JwtRule(
            "https://two.test",
            List.of(),
            new KeySource.Inline(IDP.jwks()),
            List.of(new JwtRule.HeaderLocation("x-second", "")),
            List.of(),
            List.of(),
            false,
            null,
            List.of(),
            Set.of());
    String bob = IDP.sign(payload("https://two.test", "\"sub\":\"bob\",\"role\":\"root\""));
    Requests both = bearer(IDP.sign(GOOD)).header("x-second", bob);
    Rule isBob = rule(text(TextAttribute.REQUEST_PRINCIPAL, anyOf("*/bob")));
    List<JwtRule> rules = List.of(inline(), second);
    assertThat(decide(jwt(rules), both).requestPrincipal()).isEqualTo("https://idp.test/alice");
    assertThat(denied(decide(jwt(rules, policy(Action.DENY, "p", isBob)), both)).status())
        .isEqualTo(403);
    assertThat(denied(decide(jwt(rules, policy(Action.ALLOW, "p", isBob)), both)).status())
        .isEqualTo(403);
  }

  @Test
  void onTcpTokensDoNotMatterAndTokenFieldsAreDropped() {
    Rule alice = rule(text(TextAttribute.REQUEST_PRINCIPAL, anyOf("*")));
    Enforcement allow = jwt(List.of(inline()), policy(Action.ALLOW, "p", alice));
    assertThat(denied(allow.decide(caller(null), null, KeySets.NONE, NOW)).status()).isZero();
    assertThat(jwt().decide(caller(null), null, KeySets.NONE, NOW))
        .isInstanceOf(Decision.Allowed.class);
  }

  private static void assertMatches(Rule rule, @Nullable String payload, boolean matches) {
    Requests request = payload == null ? Requests.get("/x") : bearer(IDP.sign(payload));
    Decision allow = decide(jwt(List.of(inline()), policy(Action.ALLOW, "p", rule)), request);
    assertThat(allow instanceof Decision.Allowed).as("ALLOW %s", rule).isEqualTo(matches);
    Decision deny = decide(jwt(List.of(inline()), policy(Action.DENY, "p", rule)), request);
    assertThat(deny instanceof Decision.Denied).as("DENY %s", rule).isEqualTo(matches);
  }

  private static Condition text(TextAttribute attribute, TextField field) {
    return new TextCondition(attribute, field);
  }

  private static Requests bearer(String token) {
    return Requests.get("/x").header("Authorization", "Bearer " + token);
  }

  private static Decision decide(Enforcement enforcement, Requests request) {
    return enforcement.decide(caller(null), request, KeySets.NONE, NOW);
  }

  private static Decision.Allowed allowed(Decision decision) {
    assertThat(decision).isInstanceOf(Decision.Allowed.class);
    return (Decision.Allowed) decision;
  }

  private static Decision.Denied denied(Decision decision) {
    assertThat(decision).isInstanceOf(Decision.Denied.class);
    return (Decision.Denied) decision;
  }

  private static Enforcement jwt(JwtRule... rules) {
    return jwt(rules.length == 0 ? List.of(inline()) : List.of(rules));
  }

  private static Enforcement jwt(List<JwtRule> rules, AuthorizationPolicy... policies) {
    return new Enforcement(
        workload(MtlsMode.PERMISSIVE, PathNormalization.BASE, rules, policies), Crypto.jdk());
  }

  private static JwtRule inline() {
    return jwtRule(false, null, List.of(), ISS);
  }

  private static JwtRule remote() {
    return new JwtRule(
        ISS,
        List.of(),
        new KeySource.Remote("https://idp.test/jwks"),
        List.of(),
        List.of(),
        List.of(),
        false,
        null,
        List.of(),
        Set.of());
  }

  private static JwtRule audience(String audience) {
    return new JwtRule(
        ISS,
        List.of(audience),
        new KeySource.Inline(IDP.jwks()),
        List.of(),
        List.of(),
        List.of(),
        false,
        null,
        List.of(),
        Set.of());
  }

  private static JwtRule jwtRule(
      boolean forward,
      @Nullable String payloadHeader,
      List<JwtRule.ClaimHeader> claims,
      String issuer) {
    return new JwtRule(
        issuer,
        List.of(),
        new KeySource.Inline(IDP.jwks()),
        List.of(),
        List.of(),
        List.of(),
        forward,
        payloadHeader,
        claims,
        Set.of());
  }

  private static String payload(String issuer, String members) {
    return "{\"iss\":\"%s\",\"exp\":%d,%s}"
        .formatted(issuer, NOW.getEpochSecond() + 600, members.replace("\n", ""));
  }
}
